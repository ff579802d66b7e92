SELECT
    product_id,
    name,
    category,
    CAST(price AS DECIMAL(10, 2)) AS price,
    CAST(cost AS DECIMAL(10, 2)) AS cost,
    CAST(valid_from AS DATE) AS valid_from
FROM source.products
