SELECT
    airline,
    COUNT(*) AS routes,
    SUM(CASE WHEN codeshare THEN 0 ELSE 1 END) AS own,
    SUM(CASE WHEN codeshare THEN 1 ELSE 0 END) AS shared
FROM network.routes
GROUP BY airline
