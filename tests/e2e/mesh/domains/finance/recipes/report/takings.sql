SELECT price, sum(price) AS total FROM shop.orders GROUP BY price
