"""Events and results of other tools: read, checked and made alike, before anything is stored.

Everything here is pure: bytes in, frozen dataclasses or a refusal in words out. One module for each format.
"""
