"""The suppliers of the demo: shop system, carriers, warehouse, bank and web analytics, each with files of its own.

Everything is worked out from the day alone, so the same day gives the same files on every machine.
"""
