WITH sold AS (
    SELECT product_id, SUM(quantity) AS pieces
    FROM sales.order_lines
    WHERE day > {{ day }} - 7 * {{ weeks_of_sales }}
    GROUP BY product_id
),
there AS (
    SELECT product_id, SUM(on_hand - reserved) AS pieces
    FROM logistics.stock
    GROUP BY product_id
)
SELECT
    there.product_id,
    products.name,
    there.pieces AS free_stock,
    COALESCE(sold.pieces, 0) AS sold,
    ROUND(there.pieces * 7.0 * {{ weeks_of_sales }} / NULLIF(sold.pieces, 0), 1) AS days_of_cover
FROM there
JOIN reference.products AS products ON products.product_id = there.product_id
LEFT JOIN sold ON sold.product_id = there.product_id
