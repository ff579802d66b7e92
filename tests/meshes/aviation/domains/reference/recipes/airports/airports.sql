SELECT
    CAST(id AS INTEGER) AS airport_id,
    name,
    city,
    country,
    iata,
    icao,
    CAST(latitude AS DOUBLE) AS latitude,
    CAST(longitude AS DOUBLE) AS longitude,
    CAST(altitude AS INTEGER) AS altitude,
    dst,
    timezone
FROM source.world
