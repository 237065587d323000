-- People, their sign-ins, commands, the log, timers, fasts.
--
-- Owners come first in keys, so that the tables can be distributed by owner as they stand. The claim and the commit of
-- a command are functions: each statement inside a volatile function sees what was committed before it, so that what
-- is loaded after a lock was waited for is what the lock protects, and the whole still costs one round trip.

CREATE TABLE epoch (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint NOT NULL,
    system_identifier bigint NOT NULL,
    timeline integer NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    password_hash text NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    role text NOT NULL DEFAULT 'free' CHECK (role IN ('free', 'premium', 'admin')),
    tier text NOT NULL DEFAULT 'free' CHECK (tier IN ('free', 'core', 'pro', 'elite')),
    time_real_at timestamptz NOT NULL DEFAULT '2020-01-01T00:00:00Z',
    time_person_at timestamptz NOT NULL DEFAULT '2020-01-01T00:00:00Z',
    time_rate double precision NOT NULL DEFAULT 1 CHECK (time_rate BETWEEN 1 AND 10000),
    suspended_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
-- Addresses are compared without case (as every provider does), kept as they were typed.
CREATE UNIQUE INDEX users_email ON users (lower(email));

-- A family is one sign-in of one device, with all the refresh tokens that follow from it.
CREATE TABLE families (
    user_id uuid NOT NULL REFERENCES users (id),
    family_id uuid NOT NULL,
    device text NOT NULL,
    generation integer NOT NULL DEFAULT 0,
    rotated_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, family_id)
);

CREATE TABLE command_keys (
    user_id uuid NOT NULL,
    key uuid NOT NULL,
    type text NOT NULL,
    hash bytea NOT NULL,
    reply bytea CHECK (octet_length(reply) <= 4096),
    positions jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
CREATE INDEX command_keys_created_at ON command_keys (created_at);

CREATE TABLE topic_heads (
    topic text PRIMARY KEY,
    head bigint NOT NULL,
    last_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE events (
    topic text NOT NULL,
    "offset" bigint NOT NULL,
    week date NOT NULL,
    bucket smallint NOT NULL,
    inserted_at timestamptz NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (topic, "offset", week)
) PARTITION BY RANGE (week);
CREATE INDEX events_tail ON events (bucket, inserted_at) INCLUDE (topic, "offset");

CREATE TABLE timers (
    owner uuid NOT NULL REFERENCES users (id),
    cause text NOT NULL,
    bucket smallint NOT NULL,
    due timestamptz NOT NULL,
    at timestamptz NOT NULL,
    command text NOT NULL,
    payload bytea NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (owner, cause)
);
CREATE INDEX timers_due ON timers (bucket, due);
-- Versions never repeat, also when a cause's timer was cleared and set again: a timer's command key derives from them.
CREATE SEQUENCE timer_version;

CREATE TABLE fasting_sessions (
    user_id uuid NOT NULL REFERENCES users (id),
    session_id uuid NOT NULL,
    protocol_id text NOT NULL,
    started_at timestamptz NOT NULL,
    target_end_at timestamptz NOT NULL,
    target_reached_at timestamptz,
    actual_end_at timestamptz,
    status text NOT NULL CHECK (status IN ('active', 'completed', 'ended')),
    outcome text CHECK (outcome IN ('early', 'on_time', 'late')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, session_id)
);
CREATE UNIQUE INDEX fasting_sessions_running ON fasting_sessions (user_id) WHERE status <> 'ended';
CREATE INDEX fasting_sessions_history ON fasting_sessions (user_id, started_at DESC, session_id DESC);

-- The bucket of an owner or topic: what has no owner first in its key (tail, timers due, pruning) is read by bucket.
CREATE FUNCTION bucket_of(owner text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashtextextended(owner, 0) & 15)::smallint;

-- The partitions of the running week and the given number of weeks after it.
CREATE FUNCTION ensure_event_weeks(ahead integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    monday date := date_trunc('week', now() AT TIME ZONE 'UTC')::date;
    first date;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('event_weeks'));
    FOR n IN -1..ahead LOOP
        first := monday + 7 * n;
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
            'events_' || to_char(first, 'YYYYMMDD'), first, first + 7
        );
    END LOOP;
END
$$;
SELECT ensure_event_weeks(8);

-- Drops the partitions of weeks that lie more than the given number of weeks back.
CREATE FUNCTION drop_event_weeks(kept integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    last text := 'events_' || to_char(date_trunc('week', now() AT TIME ZONE 'UTC')::date - 7 * kept, 'YYYYMMDD');
    old text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('event_weeks'));
    FOR old IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'events'::regclass AND c.relname < last
    LOOP
        EXECUTE format('DROP TABLE %I', old);
    END LOOP;
END
$$;

-- Claims (user, key), locks the person, checks their standing. A timer's claim names its cause and version and never
-- waits. Outcomes: claimed; repeated, with the stored reply; mismatch (the key belongs to another command); unknown,
-- suspended, revoked; busy or gone (timers only). Whatever is not claimed is rolled back by the caller.
CREATE FUNCTION claim_command(
    p_user uuid, p_family uuid, p_key uuid, p_type text, p_hash bytea,
    p_cause text DEFAULT NULL, p_version bigint DEFAULT NULL
) RETURNS TABLE (
    claim_outcome text, claimed_user uuid, stored_reply bytea, stored_positions jsonb, real_now timestamptz,
    last_at timestamptz, timer_at timestamptz,
    email text, name text, time_zone text, role text, tier text,
    time_real_at timestamptz, time_person_at timestamptz, time_rate double precision
)
LANGUAGE plpgsql AS $$
DECLARE
    kept command_keys;
    person users;
BEGIN
    claimed_user := p_user;
    IF p_cause IS NULL THEN
        INSERT INTO command_keys AS k (user_id, key, type, hash) VALUES (p_user, p_key, p_type, p_hash)
        ON CONFLICT (user_id, key) DO UPDATE SET key = excluded.key
        RETURNING k.* INTO kept;
        SELECT * INTO person FROM users u WHERE u.id = p_user AND u.deleted_at IS NULL FOR NO KEY UPDATE;
        claim_outcome := CASE
            WHEN person.id IS NULL THEN 'unknown'
            WHEN person.suspended_at IS NOT NULL THEN 'suspended'
            WHEN p_family IS NOT NULL AND NOT EXISTS (
                SELECT FROM families f
                WHERE f.user_id = p_user AND f.family_id = p_family AND f.revoked_at IS NULL
            ) THEN 'revoked'
            WHEN kept.type <> p_type OR kept.hash <> p_hash THEN 'mismatch'
            WHEN kept.reply IS NOT NULL THEN 'repeated'
            ELSE 'claimed'
        END;
        stored_reply := kept.reply;
        stored_positions := kept.positions;
    ELSE
        -- People are locked before timers here as in every command, so the two cannot wait for each other.
        SELECT * INTO person FROM users u WHERE u.id = p_user FOR NO KEY UPDATE SKIP LOCKED;
        IF person.id IS NULL THEN
            claim_outcome := 'busy';
            RETURN NEXT;
            RETURN;
        END IF;
        SELECT t.at INTO timer_at FROM timers t
        WHERE t.owner = p_user AND t.cause = p_cause AND t.version = p_version
        FOR UPDATE SKIP LOCKED;
        IF timer_at IS NULL THEN
            claim_outcome := 'gone';
            RETURN NEXT;
            RETURN;
        END IF;
        INSERT INTO command_keys (user_id, key, type, hash) VALUES (p_user, p_key, p_type, p_hash);
        claim_outcome := 'claimed';
    END IF;
    SELECT h.last_at INTO last_at FROM topic_heads h WHERE h.topic = 'user:' || p_user;
    real_now := clock_timestamp();
    email := person.email;
    name := person.name;
    time_zone := person.time_zone;
    role := person.role;
    tier := person.tier;
    time_real_at := person.time_real_at;
    time_person_at := person.time_person_at;
    time_rate := person.time_rate;
    RETURN NEXT;
END
$$;

-- Sets and clears timers, raises the heads and appends the events (heads last, in the order of their topics, so that
-- their locks are short and never crossed), keeps the reply under the key. Returns the events' offsets, in order.
CREATE FUNCTION commit_command(
    p_user uuid, p_key uuid, p_reply bytea, p_at timestamptz,
    p_cleared text[], p_causes text[], p_dues timestamptz[], p_ats timestamptz[], p_commands text[], p_payloads bytea[],
    p_topics text[], p_bodies bytea[]
) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
    offsets bigint[];
    reached jsonb;
    stamp timestamptz;
BEGIN
    IF cardinality(p_cleared) > 0 THEN
        DELETE FROM timers WHERE owner = p_user AND cause = ANY (p_cleared);
    END IF;
    IF cardinality(p_causes) > 0 THEN
        INSERT INTO timers (owner, cause, bucket, due, at, command, payload, version)
        SELECT p_user, t.cause, bucket_of(p_user::text), t.due, t.at, t.command, t.payload, nextval('timer_version')
        FROM unnest(p_causes, p_dues, p_ats, p_commands, p_payloads) AS t (cause, due, at, command, payload)
        ON CONFLICT (owner, cause) DO UPDATE
        SET due = excluded.due, at = excluded.at, command = excluded.command, payload = excluded.payload,
            version = excluded.version;
    END IF;
    IF cardinality(p_topics) > 0 THEN
        stamp := clock_timestamp();
        WITH incoming AS (
            SELECT e.topic, e.body, e.position,
                row_number() OVER (PARTITION BY e.topic ORDER BY e.position) AS rank
            FROM unnest(p_topics, p_bodies) WITH ORDINALITY AS e (topic, body, position)
        ), counted AS (
            SELECT topic, count(*) AS many FROM incoming GROUP BY topic
        ), raised AS (
            INSERT INTO topic_heads AS h (topic, head, last_at)
            SELECT topic, many, p_at FROM counted ORDER BY topic
            ON CONFLICT (topic) DO UPDATE
            SET head = h.head + excluded.head, last_at = greatest(h.last_at, excluded.last_at)
            RETURNING h.topic, h.head
        ), placed AS (
            SELECT i.topic, i.body, i.position, r.head - c.many + i.rank AS "offset"
            FROM incoming i JOIN counted c USING (topic) JOIN raised r USING (topic)
        ), appended AS (
            INSERT INTO events (topic, "offset", week, bucket, inserted_at, body)
            SELECT topic, "offset", date_trunc('week', stamp AT TIME ZONE 'UTC')::date, bucket_of(topic), stamp, body
            FROM placed
        )
        SELECT array_agg("offset" ORDER BY position),
            (SELECT jsonb_object_agg(topic, head) FROM raised)
        INTO offsets, reached
        FROM placed;
    END IF;
    UPDATE command_keys SET reply = p_reply, positions = reached WHERE user_id = p_user AND key = p_key;
    RETURN coalesce(offsets, '{}');
END
$$;

-- What a fasting command needs: the running fast, the one it names, and the last one that ended. Fasts do not overlap,
-- so the last one that began is the last one that ended.
CREATE FUNCTION load_fasts(p_user uuid, p_session uuid) RETURNS SETOF fasting_sessions
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    SELECT * FROM fasting_sessions f WHERE f.user_id = p_user AND f.status <> 'ended'
    UNION
    SELECT * FROM fasting_sessions f WHERE f.user_id = p_user AND f.session_id = p_session
    UNION
    (
        SELECT * FROM fasting_sessions f WHERE f.user_id = p_user AND f.status = 'ended'
        ORDER BY f.started_at DESC, f.actual_end_at DESC LIMIT 1
    );
END
$$;
