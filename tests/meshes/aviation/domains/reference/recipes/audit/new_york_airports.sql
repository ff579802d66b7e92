SELECT faa AS iata, name, CAST(lat AS DOUBLE) AS latitude, CAST(lon AS DOUBLE) AS longitude, CAST(alt AS INTEGER) AS altitude, tzone
FROM source.new_york_airports
