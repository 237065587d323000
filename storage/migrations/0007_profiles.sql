-- What a person trains with and what must be minded, as they told it; equipment is null while they never said.

CREATE TABLE training_profiles (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    equipment text[],
    limits text[] NOT NULL,
    level text,
    updated_at timestamptz NOT NULL
);
