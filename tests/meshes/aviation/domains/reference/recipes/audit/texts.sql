-- Airports as the file has them: nothing made right, nothing left out.
SELECT id AS airport_id, name, city, country, iata, icao, altitude, dst, timezone, type, origin
FROM source.world
