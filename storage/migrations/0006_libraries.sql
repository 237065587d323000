-- Libraries of exercises that search works on, people's own exercises, and what people think of any.
--
-- The table `exercises` stays what workouts reckon with; here is what is searched and shown.

CREATE TABLE libraries (
    name text PRIMARY KEY,
    format text NOT NULL,
    licence text NOT NULL,
    fingerprint text NOT NULL,
    imported_at timestamptz NOT NULL,
    place integer UNIQUE DEFERRABLE INITIALLY DEFERRED  -- among those that search uses; null: it is not used
);

CREATE TABLE library_exercises (
    library text NOT NULL REFERENCES libraries (name),
    exercise_id text NOT NULL,  -- the library's own
    licence text NOT NULL,
    name text NOT NULL,
    aliases text[] NOT NULL,
    category text NOT NULL,
    equipment text[] NOT NULL,
    primary_muscles text[] NOT NULL,
    secondary_muscles text[] NOT NULL,
    level text,
    force text,
    mechanic text,
    instructions text[] NOT NULL,
    PRIMARY KEY (library, exercise_id)
);
CREATE INDEX library_exercises_by_id ON library_exercises (exercise_id);

CREATE TABLE own_exercises (
    user_id uuid NOT NULL REFERENCES users (id),
    exercise_id text NOT NULL CHECK (exercise_id LIKE 'own:%'),
    name text NOT NULL,
    aliases text[] NOT NULL,
    category text NOT NULL,
    equipment text[] NOT NULL,
    primary_muscles text[] NOT NULL,
    secondary_muscles text[] NOT NULL,
    level text,
    force text,
    mechanic text,
    instructions text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (user_id, exercise_id)
);

-- What somebody thinks of an exercise, of whatever library or their own.
CREATE TABLE exercise_marks (
    user_id uuid NOT NULL REFERENCES users (id),
    exercise_id text NOT NULL,
    favourite boolean NOT NULL,
    disliked boolean NOT NULL,
    note text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, exercise_id),
    CHECK (NOT (favourite AND disliked))
);
