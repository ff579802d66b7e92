SELECT
    customer_id,
    name,
    email,
    town,
    CAST(joined_on AS DATE) AS joined_on,
    newsletter = 'yes' AS newsletter
FROM source.customers
