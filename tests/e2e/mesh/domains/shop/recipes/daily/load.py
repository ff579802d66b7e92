def run(context):
    count = context.values["rows"]
    context.log(f"making up {count} orders")
    context.write("shop.raw", [{"order_id": n, "price": 10 + n % 7} for n in range(count)])
