-- Does Merriam's kangaroo rat disappear? Its share of the rodents caught, and how many were caught.
SELECT
    100 * avg((species_id = 'DM')::INT) FILTER (WHERE year = 1977) AS merriam_first,
    100 * avg((species_id = 'DM')::INT) FILTER (WHERE year = 2002) AS merriam_last,
    100 * avg((species_id = 'PB')::INT) FILTER (WHERE year = 1977) AS bailey_first,
    100 * avg((species_id = 'PB')::INT) FILTER (WHERE year = 2002) AS bailey_last,
    count(*) FILTER (WHERE species_id = 'DM' AND year = 1977) AS merriam_caught_first,
    count(*) FILTER (WHERE species_id = 'DM' AND year = 2002) AS merriam_caught_last
FROM captures;
