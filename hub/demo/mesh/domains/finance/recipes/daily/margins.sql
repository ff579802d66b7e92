WITH goods AS (
    SELECT orders.store_id, SUM(lines.quantity * products.cost) AS cost
    FROM sales.order_lines AS lines
    JOIN sales.orders AS orders ON orders.order_id = lines.order_id AND orders.day = {{ day }}
    JOIN reference.products AS products ON products.product_id = lines.product_id
    WHERE lines.day = {{ day }}
    GROUP BY orders.store_id
),
delivery AS (
    SELECT store_id, SUM(charge) AS cost
    FROM logistics.deliveries
    WHERE day = {{ day }}
    GROUP BY store_id
),
earned AS (
    SELECT day, store_id, SUM(net) AS net
    FROM finance.revenue
    WHERE day = {{ day }}
    GROUP BY day, store_id
)
SELECT
    earned.day,
    earned.store_id,
    earned.net,
    CAST(goods.cost AS DECIMAL(12, 2)) AS goods,
    CAST(COALESCE(delivery.cost, 0) AS DECIMAL(12, 2)) AS delivery,
    CAST(earned.net - goods.cost - COALESCE(delivery.cost, 0) AS DECIMAL(12, 2)) AS margin,
    ROUND(CAST(earned.net - goods.cost - COALESCE(delivery.cost, 0) AS DOUBLE) / NULLIF(CAST(earned.net AS DOUBLE), 0), 4)
        AS margin_rate
FROM earned
JOIN goods ON goods.store_id = earned.store_id
LEFT JOIN delivery ON delivery.store_id = earned.store_id
