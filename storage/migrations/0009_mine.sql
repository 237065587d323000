-- What a command about a person's own needs: of the exercise that is meant, theirs (a deleted one too) and what they think
-- of it, whether a library has it, how many of both they keep; and their profile.
CREATE FUNCTION load_mine(p_user uuid, p_exercise text)
RETURNS TABLE (own json, kept bigint, mark json, marked bigint, known boolean, profile json)
LANGUAGE plpgsql SET timezone TO 'UTC' AS $$
BEGIN
    IF p_exercise IS NOT NULL THEN
        own := (SELECT row_to_json(o) FROM own_exercises o WHERE o.user_id = p_user AND o.exercise_id = p_exercise);
        kept := (SELECT count(*) FROM own_exercises o WHERE o.user_id = p_user AND o.deleted_at IS NULL);
        mark := (SELECT row_to_json(m) FROM exercise_marks m WHERE m.user_id = p_user AND m.exercise_id = p_exercise);
        marked := (
            SELECT count(*) FROM exercise_marks m
            WHERE m.user_id = p_user AND (m.favourite OR m.disliked OR m.note <> '')
        );
        known := EXISTS (SELECT FROM library_exercises l WHERE l.exercise_id = p_exercise)
            OR EXISTS (SELECT FROM exercises e WHERE e.exercise_id = p_exercise);
    END IF;
    profile := (SELECT row_to_json(p) FROM training_profiles p WHERE p.user_id = p_user);
    RETURN NEXT;
END
$$;
