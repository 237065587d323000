-- What reading years of training needs of each workout and set, reckoned once, when they are written.

-- A quotient to 0.01, half a hundredth to the even one, as decisions round.
CREATE FUNCTION to_hundredths(p_dividend numeric, p_divisor integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 0.01 * (
    div(100 * p_dividend, p_divisor) + CASE
        WHEN 2 * mod(100 * p_dividend, p_divisor) > p_divisor THEN 1
        WHEN 2 * mod(100 * p_dividend, p_divisor) = p_divisor THEN mod(div(100 * p_dividend, p_divisor), 2)
        ELSE 0
    END
);

-- The one-repetition maxima by Epley's formula and by Brzycki's; nothing where they say nothing.
CREATE FUNCTION epley_kg(p_kg numeric, p_reps integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_kg > 0 AND p_reps = 1 THEN to_hundredths(p_kg, 1)
    WHEN p_kg > 0 AND p_reps BETWEEN 2 AND 12 THEN to_hundredths(p_kg * (30 + p_reps), 30)
END;

CREATE FUNCTION brzycki_kg(p_kg numeric, p_reps integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_kg > 0 AND p_reps BETWEEN 1 AND 12 THEN to_hundredths(p_kg * 36, 37 - p_reps) END;

-- One generated column may not be made of another, so the mass in kg is said here once more.
ALTER TABLE workout_sets
ADD COLUMN epley_kg numeric GENERATED ALWAYS AS (
    epley_kg(mass * CASE mass_unit WHEN 'kg' THEN 1 WHEN 'lb' THEN 0.45359237 END, reps)
) STORED,
ADD COLUMN brzycki_kg numeric GENERATED ALWAYS AS (
    brzycki_kg(mass * CASE mass_unit WHEN 'kg' THEN 1 WHEN 'lb' THEN 0.45359237 END, reps)
) STORED;

ALTER TABLE workout_sessions
ADD COLUMN planned_sets integer GENERATED ALWAYS AS (
    coalesce((finished #>> '{planned_sets}')::integer, 0)
) STORED,
ADD COLUMN planned_done integer GENERATED ALWAYS AS (
    coalesce((finished #>> '{planned_done}')::integer, 0)
) STORED,
ADD COLUMN load_method text GENERATED ALWAYS AS (finished #>> '{summary,load,method}') STORED,
ADD COLUMN load_value numeric GENERATED ALWAYS AS ((finished #>> '{summary,load,value}')::numeric) STORED;

-- All that counts of a person's sets, exercise by exercise; at each mass the set of most repetitions first.
CREATE INDEX workout_sets_counted ON workout_sets (user_id, exercise_id, mass_kg, reps DESC, at, set_id)
    INCLUDE (session_id, mass_unit, epley_kg, seconds, metres) WHERE NOT deleted AND kind <> 'warm_up';

CREATE VIEW counted_sets AS
SELECT
    s.user_id, s.exercise_id, s.session_id, s.set_id, s.at, s.mass_kg, s.mass_unit, s.reps, s.epley_kg, s.seconds, s.metres
FROM workout_sets s
WHERE NOT s.deleted AND s.kind <> 'warm_up';

-- What a finished workout came to, exercise by exercise: a third of the rows that its sets are. It is reckoned from them
-- in the transaction that changes them, and only once they are complete: to log a set costs nothing more.
CREATE TABLE workout_exercises (
    user_id uuid NOT NULL,
    session_id uuid NOT NULL,
    exercise_id text NOT NULL,
    sets integer NOT NULL,
    volume_kg numeric NOT NULL,
    mass_unit text,  -- what most of the masses were entered in that add to the volume; kg where neither is of more
    epley_kg numeric,
    brzycki_kg numeric,
    PRIMARY KEY (user_id, session_id, exercise_id)
);
CREATE INDEX workout_exercises_volume ON workout_exercises (user_id, exercise_id, volume_kg DESC)
    INCLUDE (session_id, mass_unit) WHERE volume_kg > 0;

CREATE FUNCTION sum_up_workout() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM workout_exercises x WHERE x.user_id = NEW.user_id AND x.session_id = NEW.session_id;
    INSERT INTO workout_exercises (user_id, session_id, exercise_id, sets, volume_kg, mass_unit, epley_kg, brzycki_kg)
    SELECT NEW.user_id, NEW.session_id, s.exercise_id, count(*), coalesce(sum(s.mass_kg * s.reps), 0),
        CASE
            WHEN sum(sign(s.mass * s.reps)) FILTER (WHERE s.mass_unit = 'lb') > sum(sign(s.mass * s.reps)) / 2 THEN 'lb'
            WHEN max(s.mass * s.reps) > 0 THEN 'kg'
        END, max(s.epley_kg), max(s.brzycki_kg)
    FROM workout_sets s
    WHERE s.user_id = NEW.user_id AND s.session_id = NEW.session_id AND NOT s.deleted AND s.kind <> 'warm_up'
    GROUP BY s.exercise_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER workout_sums AFTER INSERT OR UPDATE ON workout_sessions
FOR EACH ROW WHEN (NEW.status IN ('finished', 'discarded')) EXECUTE FUNCTION sum_up_workout();

-- What an exercise is called; one of a person's own is named by its id.
CREATE FUNCTION exercise_name(p_exercise text) RETURNS text
LANGUAGE sql STABLE
RETURN coalesce(
    (SELECT e.name FROM exercises e WHERE e.exercise_id = p_exercise),
    CASE WHEN p_exercise LIKE 'own:%' THEN regexp_replace(substr(p_exercise, 5), '^\s+|\s+$', '', 'g') END,
    p_exercise
);

-- A feat as the JSON that clients get; `p_exercise` is the text that names the exercise in it. It is put together by hand:
-- the functions that build documents take two to three times as long, and a page of records has a thousand feats.
CREATE FUNCTION shown_feat(
    p_exercise json, p_kind text, p_value numeric, p_kg numeric, p_metres numeric, p_session uuid, p_set uuid,
    p_at timestamptz, p_unit text
) RETURNS text
LANGUAGE sql STABLE
RETURN concat(
    '{"exercise_id":', p_exercise, ',"kind":"', p_kind, '","value":"', p_value, '"', ',"at_kg":"' || p_kg || '"',
    ',"at_metres":"' || p_metres || '"', ',"session_id":"', p_session, '"', ',"set_id":"' || p_set || '"',
    ',"at":', left(to_json(p_at AT TIME ZONE 'UTC')::text, -1), 'Z"', ',"mass_unit":"' || p_unit || '"', '}'
);

-- One workout, or the running one where none is named, with its sets and what the person weighed then, as far as is known.
CREATE FUNCTION whole_workout(p_user uuid, p_session uuid)
RETURNS TABLE (workout json, sets json, body_kg numeric)
LANGUAGE sql STABLE SET timezone TO 'UTC' AS $$
SELECT
    shown_session(w),
    (
        SELECT json_agg(s ORDER BY s.at, s.set_id) FROM workout_sets s
        WHERE s.user_id = w.user_id AND s.session_id = w.session_id
    ),
    (
        SELECT b.mass * CASE b.mass_unit WHEN 'kg' THEN 1 WHEN 'lb' THEN 0.45359237 END FROM body_masses b
        WHERE b.user_id = w.user_id AND b.at <= coalesce(w.ended_at, w.last_at) ORDER BY b.at DESC LIMIT 1
    )
FROM workout_sessions w
WHERE w.user_id = p_user AND w.status <> 'discarded'
    AND CASE WHEN p_session IS NULL THEN w.status IN ('running', 'paused') ELSE w.session_id = p_session END
$$;
