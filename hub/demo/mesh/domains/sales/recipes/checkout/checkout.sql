SELECT
    CAST(at AS TIMESTAMP) AS at,
    country,
    CAST(baskets AS INTEGER) AS baskets,
    CAST(paid AS INTEGER) AS paid,
    CAST(takings AS DECIMAL(10, 2)) AS takings
FROM source.checkout
