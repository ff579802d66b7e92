SELECT name, iata, icao
FROM source.types
