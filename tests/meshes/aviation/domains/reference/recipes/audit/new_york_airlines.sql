SELECT carrier, name
FROM source.new_york_airlines
