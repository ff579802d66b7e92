SELECT
    orders.day,
    orders.store_id,
    COALESCE(products.category, 'unknown') AS category,
    COUNT(DISTINCT orders.order_id) AS orders,
    SUM(lines.quantity) AS pieces,
    CAST(SUM(lines.amount) AS DECIMAL(12, 2)) AS takings
FROM sales.orders AS orders
JOIN sales.order_lines AS lines ON lines.order_id = orders.order_id AND lines.day = {{ day }}
LEFT JOIN reference.products AS products ON products.product_id = lines.product_id
WHERE orders.day = {{ day }}
GROUP BY orders.day, orders.store_id, COALESCE(products.category, 'unknown')
