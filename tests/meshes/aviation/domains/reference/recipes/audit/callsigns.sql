-- Airlines as the file has them, with all the ways in which it says "none".
SELECT id AS airline_id, name, alias, iata, icao, callsign, country, active
FROM source.carriers
