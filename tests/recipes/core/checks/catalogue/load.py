def run(context):
    context.write("flights.legs", [])
