-- Routines, workouts and their sets, samples, and what a body is like.
--
-- Masses and lengths are kept as they were entered; what they are in kg and metres is reckoned exactly beside them, so
-- that pounds and kilograms compare.

CREATE TABLE exercises (
    exercise_id text PRIMARY KEY,
    name text NOT NULL,
    primary_muscles text[] NOT NULL,
    secondary_muscles text[] NOT NULL,
    equipment text NOT NULL,
    category text NOT NULL,
    met_code text NOT NULL,
    met numeric NOT NULL,
    estimated boolean NOT NULL
);

CREATE TABLE routines (
    user_id uuid NOT NULL REFERENCES users (id),
    routine_id uuid NOT NULL,
    name text NOT NULL,
    note text NOT NULL,
    blocks json NOT NULL,
    origin_kind text NOT NULL CHECK (origin_kind IN ('own', 'ready', 'coach', 'shared', 'imported')),
    origin_of text NOT NULL,
    link text UNIQUE,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (user_id, routine_id)
);
CREATE INDEX routines_by_change ON routines (user_id, updated_at DESC, routine_id DESC) WHERE deleted_at IS NULL;

-- `blocks`, `marks` and `previous` are documents: their shape is the person's plan and what they did to its clocks.
CREATE TABLE workout_sessions (
    user_id uuid NOT NULL REFERENCES users (id),
    session_id uuid NOT NULL UNIQUE,
    name text NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'paused', 'finished', 'discarded')),
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    last_at timestamptz NOT NULL,
    time_zone text NOT NULL,
    origin_kind text NOT NULL CHECK (origin_kind IN ('own', 'ready', 'coach', 'shared', 'imported')),
    origin_of text NOT NULL,
    routine_id text,
    note text NOT NULL,
    rpe numeric,
    blocks json NOT NULL,
    marks json NOT NULL,
    previous json NOT NULL,
    finished json,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, session_id)
);
CREATE UNIQUE INDEX workout_sessions_running ON workout_sessions (user_id) WHERE status IN ('running', 'paused');
CREATE INDEX workout_sessions_history ON workout_sessions (user_id, started_at DESC, session_id DESC)
    WHERE status = 'finished';

CREATE TABLE workout_sets (
    user_id uuid NOT NULL REFERENCES users (id),
    session_id uuid NOT NULL,
    set_id uuid NOT NULL,
    exercise_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('warm_up', 'working', 'drop', 'failure')),
    at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    deleted boolean NOT NULL,
    mass numeric,
    mass_unit text CHECK (mass_unit IN ('kg', 'lb')),
    mass_kg numeric GENERATED ALWAYS AS (
        CASE mass_unit WHEN 'kg' THEN mass WHEN 'lb' THEN mass * 0.45359237 END
    ) STORED,
    reps integer,
    seconds integer,
    distance numeric,
    distance_unit text CHECK (distance_unit IN ('m', 'km', 'mi', 'yd', 'ft')),
    metres numeric GENERATED ALWAYS AS (
        CASE distance_unit
            WHEN 'm' THEN distance
            WHEN 'km' THEN distance * 1000
            WHEN 'mi' THEN distance * 1609.344
            WHEN 'yd' THEN distance * 0.9144
            WHEN 'ft' THEN distance * 0.3048
        END
    ) STORED,
    rpe numeric,
    side text CHECK (side IN ('left', 'right', 'both')),
    block smallint,
    block_exercise smallint,
    block_set smallint,
    note text NOT NULL,
    records text[] NOT NULL,
    PRIMARY KEY (user_id, session_id, set_id),
    FOREIGN KEY (user_id, session_id) REFERENCES workout_sessions (user_id, session_id)
);
CREATE INDEX workout_sets_by_exercise ON workout_sets (user_id, exercise_id, at DESC) WHERE NOT deleted;
CREATE INDEX workout_sets_by_time ON workout_sets (user_id, at DESC) WHERE NOT deleted;

-- One a second: what the sensors of all of a person's devices said last in it.
CREATE TABLE workout_samples (
    user_id uuid NOT NULL,
    session_id uuid NOT NULL,
    at timestamptz NOT NULL,
    heart_rate smallint,
    cadence smallint,
    power smallint,
    PRIMARY KEY (user_id, session_id, at)
);

CREATE TABLE bodies (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    birth_year smallint,
    sex text CHECK (sex IN ('female', 'male')),
    resting_heart_rate smallint,
    maximum_heart_rate smallint,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE body_masses (
    user_id uuid NOT NULL REFERENCES users (id),
    at timestamptz NOT NULL,
    mass numeric NOT NULL,
    mass_unit text NOT NULL CHECK (mass_unit IN ('kg', 'lb')),
    PRIMARY KEY (user_id, at)
);

-- What a command about a body needs: what is known of it, and the last weighing.
CREATE FUNCTION load_body(p_user uuid) RETURNS TABLE (
    birth_year smallint, sex text, resting_heart_rate smallint, maximum_heart_rate smallint,
    mass numeric, mass_unit text, at timestamptz
)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    SELECT b.birth_year, b.sex, b.resting_heart_rate, b.maximum_heart_rate, m.mass, m.mass_unit, m.at
    FROM (SELECT) one
    LEFT JOIN bodies b ON b.user_id = p_user
    LEFT JOIN LATERAL (
        SELECT w.mass, w.mass_unit, w.at FROM body_masses w WHERE w.user_id = p_user ORDER BY w.at DESC LIMIT 1
    ) m ON true;
END
$$;

-- What a command about a workout needs: the workout that is meant (the named one; the running one where none is named;
-- none where a fresh one begins) with its sets, whether another runs, and of every exercise that it is about what the
-- library says, the sets of the last time, and the best of all other times. `p_whole` asks for the best of all exercises
-- of the workout, and for its heart rates and its last sample; of a finished one they are always given, for what it came
-- to is reckoned anew. Heart rates count up to the end: the one that it has, else `p_until`, or the last set after that.
CREATE FUNCTION load_workout(
    p_user uuid, p_named uuid, p_fresh boolean, p_exercises text[], p_set uuid, p_routine uuid, p_whole boolean,
    p_until timestamptz
) RETURNS TABLE (
    named json, running json, taken boolean, sets json, routine json, exercises json, bests json, previous json,
    pulses json, sampled_at timestamptz, body json
)
LANGUAGE plpgsql SET timezone TO 'UTC' AS $$
DECLARE
    it workout_sessions;
    going workout_sessions;
    plan routines;
    wanted text[];
    compared text[];
    ending timestamptz;
BEGIN
    SELECT * INTO going FROM workout_sessions w WHERE w.user_id = p_user AND w.status IN ('running', 'paused');
    IF p_named IS NOT NULL THEN
        taken := EXISTS (SELECT FROM workout_sessions w WHERE w.session_id = p_named);
    END IF;
    IF NOT p_fresh AND p_named IS NULL THEN
        it := going;
    ELSIF NOT p_fresh THEN
        SELECT * INTO it FROM workout_sessions w WHERE w.user_id = p_user AND w.session_id = p_named;
    END IF;
    SELECT * INTO plan FROM routines r WHERE r.user_id = p_user AND r.routine_id = p_routine AND r.deleted_at IS NULL;
    wanted := ARRAY(
        SELECT unnest(p_exercises)
        UNION SELECT json_object_keys(it.previous)
        UNION SELECT jsonb_path_query(plan.blocks::jsonb, '$[*].exercises[*].exercise_id') #>> '{}'
        UNION SELECT jsonb_path_query(plan.blocks::jsonb, '$[*].stations[*].exercise_id') #>> '{}'
    );
    compared := CASE
        WHEN p_whole OR it.status = 'finished' THEN wanted
        ELSE p_exercises || ARRAY(
            SELECT s.exercise_id FROM workout_sets s
            WHERE s.user_id = p_user AND s.session_id = it.session_id AND s.set_id = p_set
        )
    END;
    named := CASE WHEN it.session_id IS NOT NULL THEN shown_session(it) END;
    running := CASE WHEN going.session_id IS NOT NULL THEN shown_session(going) END;
    routine := CASE WHEN plan.routine_id IS NOT NULL THEN shown_routine(plan) END;
    sets := (
        SELECT json_agg(s ORDER BY s.at, s.set_id) FROM workout_sets s
        WHERE s.user_id = p_user AND s.session_id = it.session_id
    );
    exercises := (SELECT json_agg(e) FROM exercises e WHERE e.exercise_id = ANY (wanted));
    previous := (
        SELECT json_agg(json_build_object('exercise_id', last.exercise_id, 'sets', last.sets)) FROM (
            SELECT e.exercise_id, (
                SELECT json_agg(s ORDER BY s.at, s.set_id) FROM workout_sets s
                WHERE s.user_id = p_user AND s.exercise_id = e.exercise_id AND NOT s.deleted AND s.session_id = (
                    SELECT l.session_id FROM workout_sets l JOIN workout_sessions w USING (user_id, session_id)
                    WHERE l.user_id = p_user AND l.exercise_id = e.exercise_id AND NOT l.deleted
                        AND w.status = 'finished' AND l.session_id IS DISTINCT FROM it.session_id
                    ORDER BY l.at DESC LIMIT 1
                )
            ) AS sets
            FROM unnest(wanted) AS e (exercise_id)
            WHERE it.previous IS NULL OR it.previous -> e.exercise_id IS NULL
        ) last
        WHERE last.sets IS NOT NULL
    );
    bests := (
        SELECT json_agg(workout_bests(p_user, e.exercise_id, it.session_id))
        FROM (SELECT DISTINCT unnest(compared)) AS e (exercise_id)
    );
    IF p_whole OR it.status = 'finished' THEN
        SELECT greatest(coalesce(it.ended_at, p_until, 'infinity'), max(s.at)) INTO ending FROM workout_sets s
        WHERE s.user_id = p_user AND s.session_id = it.session_id AND NOT s.deleted;
        pulses := (
            SELECT json_agg(p) FROM (
                SELECT s.heart_rate, count(*) AS seconds FROM workout_samples s
                WHERE s.user_id = p_user AND s.session_id = it.session_id AND s.heart_rate IS NOT NULL
                    AND s.at <= ending
                GROUP BY s.heart_rate ORDER BY s.heart_rate
            ) p
        );
        sampled_at := (
            SELECT max(s.at) FROM workout_samples s WHERE s.user_id = p_user AND s.session_id = it.session_id
        );
    END IF;
    body := (SELECT row_to_json(b) FROM bodies b WHERE b.user_id = p_user);
    RETURN NEXT;
END
$$;

-- A workout's row as a document; its own documents are texts in it.
CREATE FUNCTION shown_session(w workout_sessions) RETURNS json
LANGUAGE sql STABLE
RETURN (to_jsonb(w) || jsonb_build_object(
    'blocks', w.blocks::text, 'marks', w.marks::text, 'previous', w.previous::text, 'finished', w.finished::text
))::json;

-- What a person has reached with an exercise in all workouts but one, warm-up sets aside. Of each mass the most
-- repetitions are told, and the most of up to 12, where estimates of a maximum end: all others are beaten by these, and
-- years have hundreds of them.
CREATE FUNCTION workout_bests(p_user uuid, p_exercise text, p_but uuid) RETURNS json
LANGUAGE sql STABLE AS $$
WITH counted AS (
    SELECT s.session_id, s.mass_kg, s.reps, s.seconds, s.metres FROM workout_sets s
    WHERE s.user_id = p_user AND s.exercise_id = p_exercise AND NOT s.deleted AND s.kind <> 'warm_up'
        AND s.session_id IS DISTINCT FROM p_but
)
SELECT json_build_object(
    'exercise_id', p_exercise,
    'efforts', coalesce((
        SELECT json_agg(json_build_array(e.mass_kg, e.reps)) FROM (
            SELECT mass_kg, max(reps) AS reps FROM counted WHERE reps IS NOT NULL GROUP BY mass_kg
            UNION
            SELECT mass_kg, max(reps) FROM counted WHERE reps BETWEEN 1 AND 12 GROUP BY mass_kg
        ) e
    ), '[]'),
    'volume_kg', (
        SELECT max(v.volume) FROM (SELECT sum(mass_kg * reps) AS volume FROM counted GROUP BY session_id) v
    ),
    'seconds', (SELECT max(seconds) FROM counted),
    'metres', (SELECT max(metres) FROM counted),
    'paces', coalesce((
        SELECT json_agg(json_build_array(p.metres, p.seconds)) FROM (
            SELECT metres, min(seconds) AS seconds FROM counted
            WHERE metres IS NOT NULL AND seconds IS NOT NULL GROUP BY metres
        ) p
    ), '[]')
)
$$;

-- A routine's row as a document; its blocks are a text in it.
CREATE FUNCTION shown_routine(r routines) RETURNS json
LANGUAGE sql STABLE
RETURN (to_jsonb(r) || jsonb_build_object('blocks', r.blocks::text))::json;

-- What a command about routines needs: the person's own that it names, a deleted one too; the one that a link opens, with
-- its author's name; how many the person keeps; which of the exercises are of the library. Nobody's link opens anything
-- while they are suspended. `fresh_link` has 244 random bits of the server's strong generator: decisions draw none.
CREATE FUNCTION load_routine(p_user uuid, p_routine uuid, p_link text, p_exercises text[])
RETURNS TABLE (named json, shared json, author text, kept bigint, exercises json, fresh_link text)
LANGUAGE plpgsql SET timezone TO 'UTC' AS $$
BEGIN
    named := (SELECT shown_routine(r) FROM routines r WHERE r.user_id = p_user AND r.routine_id = p_routine);
    SELECT shown_routine(r), u.name INTO shared, author
    FROM routines r JOIN users u ON u.id = r.user_id
    WHERE r.link = p_link AND u.suspended_at IS NULL AND u.deleted_at IS NULL;
    kept := (SELECT count(*) FROM routines r WHERE r.user_id = p_user AND r.deleted_at IS NULL);
    exercises := (SELECT json_agg(e) FROM exercises e WHERE e.exercise_id = ANY (p_exercises));
    fresh_link := translate(
        encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'base64'), '+/=', '-_'
    );
    RETURN NEXT;
END
$$;
