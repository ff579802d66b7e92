-- One sixth of a price with 20 % tax is tax.
SELECT
    day,
    store_id,
    category,
    takings AS gross,
    CAST(takings / 6 AS DECIMAL(12, 2)) AS tax,
    CAST(takings - takings / 6 AS DECIMAL(12, 2)) AS net
FROM sales.daily_sales
WHERE day = {{ day }}
