SELECT
    CAST(settled_on AS DATE) AS day,
    store_id,
    method,
    CAST(amount AS DECIMAL(12, 2)) AS amount,
    reference
FROM source.payments
