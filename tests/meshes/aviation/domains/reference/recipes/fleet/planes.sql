SELECT
    tailnum,
    CAST(year AS INTEGER) AS built,
    type,
    manufacturer,
    model,
    CAST(engines AS INTEGER) AS engines,
    CAST(seats AS INTEGER) AS seats,
    CAST(speed AS INTEGER) AS speed
FROM source.planes
