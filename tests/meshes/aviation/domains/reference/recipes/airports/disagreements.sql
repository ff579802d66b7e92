SELECT
    airports.iata,
    airports.name AS name_in_world,
    us_airports.name AS name_in_states,
    GREATEST(
        ABS(airports.latitude - us_airports.latitude), ABS(airports.longitude - us_airports.longitude)
    ) AS degrees_apart
FROM reference.airports AS airports
JOIN reference.us_airports AS us_airports ON us_airports.iata = airports.iata
WHERE ABS(airports.latitude - us_airports.latitude) > 0.1
   OR ABS(airports.longitude - us_airports.longitude) > 0.1
