SELECT name, iso, NULLIF(dafif, '') AS dafif
FROM source.countries
