-- What happens to small rodents when kangaroo rats are fenced out?
-- One row for each plot first: the plot is the unit, and one on which nothing was caught counts too.
WITH per_plot AS (
    SELECT plots.plot_id, plots.plot_type, count(captures.record_id) AS caught
    FROM plots
    LEFT JOIN captures
        ON captures.plot_id = plots.plot_id
        AND captures.genus IN ('Chaetodipus', 'Perognathus', 'Peromyscus', 'Reithrodontomys')
    GROUP BY ALL
),
means AS (
    SELECT
        avg(caught) FILTER (WHERE plot_type = 'Control') AS rodents_control,
        avg(caught) FILTER (WHERE plot_type = 'Long-term Krat Exclosure') AS rodents_fenced
    FROM per_plot
)
SELECT rodents_control, rodents_fenced, rodents_fenced / rodents_control AS rodents_ratio
FROM means;
