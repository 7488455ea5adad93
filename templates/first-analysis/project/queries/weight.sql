-- Do Merriam's kangaroo rats get heavier? avg() leaves missing weights out, as pandas does.
WITH merriam AS (
    SELECT * FROM captures WHERE species_id = 'DM'
),
by_year AS (
    SELECT year, avg(weight) AS mean FROM merriam GROUP BY year
),
ends AS (
    SELECT
        avg(weight) FILTER (WHERE year = 1977) AS weight_first,
        avg(weight) FILTER (WHERE year = 2002) AS weight_last,
        100.0 * count(weight) FILTER (WHERE year = 1977) / count(*) FILTER (WHERE year = 1977) AS weighed_first,
        avg(hindfoot_length) FILTER (WHERE year = 2002)
            - avg(hindfoot_length) FILTER (WHERE year = 1977) AS foot_gain
    FROM merriam
)
SELECT
    *,
    weight_last - weight_first AS weight_gain,
    (2002 - 1977) * (SELECT regr_slope(mean, year) FROM by_year) AS weight_trend
FROM ends;
