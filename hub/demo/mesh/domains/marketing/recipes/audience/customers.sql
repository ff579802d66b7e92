SELECT
    customers.customer_id,
    customers.town,
    customers.joined_on,
    customers.newsletter,
    COUNT(orders.order_id) AS orders,
    COALESCE(SUM(orders.total), 0) AS spent,
    MAX(orders.day) AS last_order
FROM sales.customers AS customers
LEFT JOIN sales.orders AS orders
    ON orders.customer_id = customers.customer_id AND orders.day <= {{ day }}
GROUP BY customers.customer_id, customers.town, customers.joined_on, customers.newsletter
