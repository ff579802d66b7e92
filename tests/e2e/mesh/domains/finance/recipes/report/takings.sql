SELECT customer, sum(price) AS total FROM shop.orders GROUP BY customer
