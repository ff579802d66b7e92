-- Empty texts and dashes stand for "no code" in this file, besides \N.
SELECT
    CAST(id AS INTEGER) AS airline_id,
    name,
    NULLIF(NULLIF(iata, ''), '-') AS iata,
    NULLIF(NULLIF(icao, ''), 'N/A') AS icao,
    NULLIF(country, '') AS country,
    active
FROM source.airlines
