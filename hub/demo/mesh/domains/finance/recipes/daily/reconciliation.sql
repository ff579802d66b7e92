WITH taken AS (
    SELECT store_id, SUM(total) AS amount
    FROM sales.orders
    WHERE day = {{ day }}
    GROUP BY store_id
),
paid AS (
    SELECT store_id, SUM(amount) AS amount
    FROM finance.payments
    WHERE day = {{ day }}
    GROUP BY store_id
)
SELECT
    CAST({{ day }} AS DATE) AS day,
    COALESCE(taken.store_id, paid.store_id) AS store_id,
    COALESCE(taken.amount, 0) AS taken,
    COALESCE(paid.amount, 0) AS paid,
    COALESCE(paid.amount, 0) - COALESCE(taken.amount, 0) AS difference
FROM taken
FULL JOIN paid ON paid.store_id = taken.store_id
