-- What people have written: names and notes of workouts, notes of sets, and whatever a further module adds, to be found by
-- its words and by its meaning. Numbers and dates are not copied: they are asked of the tables that have them.
--
-- An entry says one thing for as long as it lives. What is said anew is another entry, and of the earlier one nothing stays
-- but that it was there: so an index on a node, or in a file, never has an old text's vector under a new one's id.

-- Held from the first change of a transaction to its end: whoever has read up to a version has missed nothing before it.
CREATE TABLE past_heads (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    version bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE past_entries (
    user_id uuid NOT NULL REFERENCES users (id),
    entry_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    source text NOT NULL,
    source_id text NOT NULL,
    at timestamptz NOT NULL,
    text text NOT NULL,
    version bigint NOT NULL,
    vector bytea,
    model text NOT NULL DEFAULT '',  -- what made the vector: its fingerprint; empty: nothing yet
    claimed_until timestamptz NOT NULL DEFAULT '-infinity',  -- some node encodes it, or has just done so
    deleted_at timestamptz,
    PRIMARY KEY (user_id, entry_id),
    CHECK (deleted_at IS NULL OR (text = '' AND vector IS NULL))
);
CREATE UNIQUE INDEX past_entries_current ON past_entries (user_id, source, source_id) WHERE deleted_at IS NULL;
CREATE INDEX past_entries_changed ON past_entries (user_id, version, entry_id);
CREATE INDEX past_entries_to_encode ON past_entries (model, claimed_until) WHERE deleted_at IS NULL;

CREATE FUNCTION past_raise(p_user uuid) RETURNS bigint
LANGUAGE sql AS $$
INSERT INTO past_heads AS h (user_id, version) VALUES (p_user, 1)
ON CONFLICT (user_id) DO UPDATE SET version = h.version + 1
RETURNING h.version
$$;

-- Keeps what a person's thing says now, and when it was; an empty text is forgotten. Every module that has texts calls this in the
-- transaction that writes them. `p_source` names the kind of thing, `p_source_id` is unique among a person's things of it.
CREATE FUNCTION past_keep(p_user uuid, p_source text, p_source_id text, p_at timestamptz, p_text text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    said text := regexp_replace(coalesce(p_text, ''), '^\s+|\s+$', '', 'g');
    kept past_entries;
    raised bigint;
BEGIN
    SELECT * INTO kept FROM past_entries e
    WHERE e.user_id = p_user AND e.source = p_source AND e.source_id = p_source_id AND e.deleted_at IS NULL;
    IF (kept.entry_id IS NULL AND said = '') OR (kept.text = said AND kept.at = p_at) THEN
        RETURN;
    END IF;
    raised := past_raise(p_user);
    UPDATE past_entries e SET text = '', vector = NULL, model = '', version = raised, deleted_at = clock_timestamp()
    WHERE e.user_id = p_user AND e.source = p_source AND e.source_id = p_source_id AND e.deleted_at IS NULL;
    IF said <> '' THEN
        INSERT INTO past_entries (user_id, source, source_id, at, text, version)
        VALUES (p_user, p_source, p_source_id, p_at, said, raised);
    END IF;
END
$$;

-- Forgets it: what it said is gone with the transaction.
CREATE FUNCTION past_forget(p_user uuid, p_source text, p_source_id text) RETURNS void
LANGUAGE sql AS $$
SELECT past_keep(p_user, p_source, p_source_id, now(), '')
$$;

-- Keeps vectors of entries that say still what was encoded.
CREATE FUNCTION past_encoded(p_users uuid[], p_entries bigint[], p_vectors bytea[], p_model text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    person uuid;
    raised bigint;
BEGIN
    FOR person IN SELECT DISTINCT unnest(p_users) ORDER BY 1 LOOP
        raised := past_raise(person);
        UPDATE past_entries e
        SET vector = v.vector, model = p_model, version = raised,
            claimed_until = clock_timestamp() + interval '10 min'  -- nodes with another model do not take it at once
        FROM unnest(p_users, p_entries, p_vectors) AS v (user_id, entry_id, vector)
        WHERE v.user_id = person AND e.user_id = person AND e.entry_id = v.entry_id AND e.deleted_at IS NULL;
    END LOOP;
END
$$;

CREATE FUNCTION past_of_workout(w workout_sessions) RETURNS text
LANGUAGE sql STABLE
RETURN CASE WHEN w.status <> 'discarded' THEN concat_ws(E'\n', nullif(w.name, ''), nullif(w.note, '')) ELSE '' END;

CREATE FUNCTION past_of_set(s workout_sets) RETURNS text
LANGUAGE sql STABLE
RETURN CASE
    WHEN s.deleted OR s.note = '' THEN ''
    WHEN EXISTS (
        SELECT FROM workout_sessions w
        WHERE w.user_id = s.user_id AND w.session_id = s.session_id AND w.status = 'discarded'
    ) THEN ''
    ELSE s.note
END;

-- A workout that is thrown away takes the notes of its sets with it.
CREATE FUNCTION keep_past_of_workout() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM past_keep(NEW.user_id, 'workout', NEW.session_id::text, NEW.started_at, past_of_workout(NEW));
    IF NEW.status = 'discarded' THEN
        PERFORM past_forget(s.user_id, 'set', s.session_id || '/' || s.set_id) FROM workout_sets s
        WHERE s.user_id = NEW.user_id AND s.session_id = NEW.session_id AND s.note <> '';
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION keep_past_of_set() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM past_keep(NEW.user_id, 'set', NEW.session_id || '/' || NEW.set_id, NEW.at, past_of_set(NEW));
    RETURN NULL;
END
$$;
CREATE FUNCTION forget_past_of_workout() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM past_forget(OLD.user_id, 'workout', OLD.session_id::text);
    RETURN NULL;
END
$$;
CREATE FUNCTION forget_past_of_set() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM past_forget(OLD.user_id, 'set', OLD.session_id || '/' || OLD.set_id);
    RETURN NULL;
END
$$;

CREATE TRIGGER past_of_new_workout AFTER INSERT ON workout_sessions
FOR EACH ROW WHEN (NEW.name <> '' OR NEW.note <> '') EXECUTE FUNCTION keep_past_of_workout();
CREATE TRIGGER past_of_workout AFTER UPDATE ON workout_sessions
FOR EACH ROW WHEN (
    (OLD.name, OLD.note, OLD.started_at, OLD.status = 'discarded')
    IS DISTINCT FROM (NEW.name, NEW.note, NEW.started_at, NEW.status = 'discarded')
) EXECUTE FUNCTION keep_past_of_workout();
CREATE TRIGGER past_of_gone_workout AFTER DELETE ON workout_sessions
FOR EACH ROW EXECUTE FUNCTION forget_past_of_workout();
CREATE TRIGGER past_of_new_set AFTER INSERT ON workout_sets
FOR EACH ROW WHEN (NEW.note <> '') EXECUTE FUNCTION keep_past_of_set();
CREATE TRIGGER past_of_set AFTER UPDATE ON workout_sets
FOR EACH ROW WHEN ((OLD.note, OLD.at, OLD.deleted) IS DISTINCT FROM (NEW.note, NEW.at, NEW.deleted)
    AND (OLD.note <> '' OR NEW.note <> '')) EXECUTE FUNCTION keep_past_of_set();
CREATE TRIGGER past_of_gone_set AFTER DELETE ON workout_sets
FOR EACH ROW WHEN (OLD.note <> '') EXECUTE FUNCTION forget_past_of_set();

INSERT INTO past_entries (user_id, source, source_id, at, text, version)
SELECT t.user_id, t.source, t.source_id, t.at, regexp_replace(t.text, '^\s+|\s+$', '', 'g'), 1
FROM (
    SELECT w.user_id, 'workout' AS source, w.session_id::text AS source_id, w.started_at AS at, past_of_workout(w) AS text
    FROM workout_sessions w
    UNION ALL
    SELECT s.user_id, 'set', s.session_id || '/' || s.set_id, s.at, past_of_set(s) FROM workout_sets s WHERE s.note <> ''
) t
WHERE t.text ~ '\S';
INSERT INTO past_heads (user_id, version) SELECT DISTINCT user_id, 1 FROM past_entries;
