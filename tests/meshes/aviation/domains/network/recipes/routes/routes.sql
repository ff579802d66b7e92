SELECT
    airline,
    CAST(airline_id AS INTEGER) AS airline_id,
    origin,
    CAST(origin_id AS INTEGER) AS origin_id,
    destination,
    CAST(destination_id AS INTEGER) AS destination_id,
    COALESCE(codeshare, '') = 'Y' AS codeshare,
    CAST(stops AS INTEGER) AS stops
FROM source.routes
