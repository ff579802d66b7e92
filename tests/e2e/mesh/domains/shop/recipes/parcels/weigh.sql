SELECT parcel, COALESCE(kilos, 1.0) AS kilos FROM shop.arrived
