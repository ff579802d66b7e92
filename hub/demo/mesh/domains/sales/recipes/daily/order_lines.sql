SELECT
    lines.order_id,
    CAST(lines.day AS DATE) AS day,
    CAST(lines.line AS INTEGER) AS line,
    lines.product_id,
    CAST(lines.quantity AS INTEGER) AS quantity,
    CAST(lines.unit_price AS DECIMAL(10, 2)) AS unit_price,
    CAST(lines.quantity * lines.unit_price AS DECIMAL(10, 2)) AS amount,
    ROUND(CAST(lines.unit_price AS DOUBLE) / CAST(products.price AS DOUBLE), 4) AS share_of_list
FROM source.order_lines AS lines
LEFT JOIN reference.products AS products ON products.product_id = lines.product_id
WHERE lines.order_id IN (SELECT order_id FROM sales.orders WHERE day = {{ day }})
