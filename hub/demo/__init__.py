"""The demo: Fernhill, a retailer of home and garden goods, as a mesh with suppliers that drop files every day."""
