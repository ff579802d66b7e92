SELECT
    country,
    SUM(baskets) AS baskets,
    SUM(paid) AS paid,
    SUM(takings) AS takings,
    ROUND(CAST(SUM(paid) AS DOUBLE) / SUM(baskets), 3) AS paid_share,
    MAX(at) AS up_to
FROM sales.checkout
GROUP BY country
