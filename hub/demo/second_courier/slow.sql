SELECT
    day,
    courier,
    COUNT(*) AS parcels,
    SUM(CASE WHEN hours > 36 THEN 1 ELSE 0 END) AS slow
FROM logistics.deliveries
WHERE day = {{ day }}
GROUP BY day, courier
