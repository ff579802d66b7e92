SELECT
    order_id,
    CAST(day AS DATE) AS day,
    CAST(ordered_at AS TIMESTAMP) AS ordered_at,
    store_id,
    NULLIF(CAST(customer_id AS VARCHAR), '') AS customer_id,
    payment,
    CAST(total AS DECIMAL(10, 2)) AS total
FROM source.orders
WHERE {{ only_store }} = '' OR store_id = {{ only_store }}
