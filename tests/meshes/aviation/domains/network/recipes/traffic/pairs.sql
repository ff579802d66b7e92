SELECT origin, destination, CAST("count" AS INTEGER) AS flights
FROM source.pairs
