/*
 * Every bound on what comes from outside, with its unit, in one place. They
 * are enforced while reading, never after.
 */
#ifndef ANTEROOM_LIMITS_H
#define ANTEROOM_LIMITS_H

/* a message */
#define LIMIT_MESSAGE_BYTES (12 * 1024 * 1024) /* kept of one message */
#define LIMIT_HEADER_BYTES (1024 * 1024)       /* all header fields together */
#define LIMIT_HEADER_LINES 1000                /* fields handed to GMime */
#define LIMIT_PARTS 500                        /* MIME parts looked at */
#define LIMIT_NESTING 32                       /* MIME levels looked at */
#define LIMIT_PART_BYTES (4 * 1024 * 1024)     /* decoded, of a text part */
#define LIMIT_PART_TEXT_BYTES (1024 * 1024)    /* text of one part, UTF-8 */
#define LIMIT_TEXT_BYTES (2 * 1024 * 1024)     /* text of all parts, UTF-8 */
#define LIMIT_SUBJECT_BYTES 2000               /* decoded, UTF-8 */
#define LIMIT_PEOPLE 500                       /* addresses of one field */
#define LIMIT_ATTACHMENTS 500                  /* names kept */
#define LIMIT_THREAD_IDS 200                   /* newest kept of References */
#define LIMIT_MESSAGE_ID_BYTES 2000            /* longer ones are not used */
#define LIMIT_REPORT_BYTES (64 * 1024)         /* read of a delivery status */
#define LIMIT_RETURNED_IDS 8                   /* of one bounce */
#define LIMIT_FAILED 100                       /* recipients of one bounce */
#define LIMIT_RECIPIENTS 1000                  /* envelope recipients kept */

/* scoring */
#define LIMIT_SCORE_MS 600                 /* CPU time of one message */
#define LIMIT_WAIT_TIMES 10                /* wall time, of that */
#define LIMIT_ALONE_MS 60000               /* CPU time, to verify it */
#define LIMIT_RULE_MS 250                  /* of it, at most, for one rule */
#define LIMIT_MATCH_STEPS 100000           /* PCRE2 match limit */
#define LIMIT_MATCH_HEAP_KIB 1024          /* PCRE2 heap limit */
#define LIMIT_DISGUISED_BYTES (256 * 1024) /* read a second time */
#define LIMIT_SIGNS 64           /* hits of one sign, in as many sentences */
#define LIMIT_SENTENCES 64       /* of one topic, weighed */
#define LIMIT_SENTENCE_BYTES 400 /* of one, looked at */
#define LIMIT_HITS_PER_RULE 8    /* hits kept; one suffices to score */
#define LIMIT_HIT_TEXT_BYTES 200 /* words kept of a hit */

#define LIMIT_WHEN_BYTES (64 * 1024)      /* of a text, searched for dates */
#define LIMIT_WHENS 64                    /* dates kept of a text */
#define LIMIT_PROMISING_BYTES (64 * 1024) /* read of a reply */
#define LIMIT_PROMISES 8                  /* kept of a reply */
#define LIMIT_PROMISE_BYTES 200           /* words kept of a promise */

/* the learned model */
#define LIMIT_MODEL_BYTES (64 * 1024 * 1024)  /* the file */
#define LIMIT_MODEL_TOPICS 64                 /* that it tells apart */
#define LIMIT_MODEL_FEATURES 131072           /* words and pairs it knows */
#define LIMIT_MODEL_TEXT_BYTES 2000           /* read of a text */
#define LIMIT_MODEL_WORD_BYTES 64             /* longer ones are no words */
#define LIMIT_LESSONS 50000                   /* learnt from at once */
#define LIMIT_LABELS_BYTES (64 * 1024 * 1024) /* a file of labels */

/* configuration and packs */
#define LIMIT_CONF_BYTES (4 * 1024 * 1024) /* one file */
#define LIMIT_RULES 20000                  /* all packs together */
#define LIMIT_PATTERN_BYTES 8192           /* one pattern, as written */
#define LIMIT_EXPANDED_BYTES 32768         /* with the words it names */
#define LIMIT_EXPANDED_ALL_BYTES (32 * 1024 * 1024)
#define LIMIT_VALUE_BYTES (64 * 1024) /* one value of a setting */
#define LIMIT_NAME_BYTES 64           /* name of a rule, team, desk ... */
#define LIMIT_WHY_BYTES 500           /* a rule's reason, a title */
#define LIMIT_PROBLEMS 200            /* mistakes reported of one load */
#define LIMIT_ICS_STEPS 200000 /* days and repetitions of one .ics file */

/* control socket */
#define LIMIT_REQUEST_BYTES (64 * 1024) /* one request line */
#define LIMIT_CONTROL_CLIENTS 64        /* at once */
#define LIMIT_NOTE_BYTES (8 * 1024)     /* a note or a reason */
#define LIMIT_CONTROL_IDLE_S 60         /* a silent client is let go */

/* store */
#define LIMIT_EXCERPT_BYTES 2000     /* kept of a text by keep-text */
#define LIMIT_BATCH 256              /* changes a commit */
#define LIMIT_CASE_MESSAGES 1000     /* messages a case; then a linked one */
#define LIMIT_CASE_BYTES (64 * 1024) /* one case record */
#define LIMIT_CASE_PEOPLE 100        /* addresses in each list of a case */
#define LIMIT_CASE_HITS 64           /* hits kept of all its messages */
#define LIMIT_CASE_LINKS 100         /* cases linked to one */
#define LIMIT_CASE_HOLDERS 100       /* teams that had a case, one by one */
#define LIMIT_CASE_TOPICS 32         /* topics of one case */
#define LIMIT_CASE_TEXT_BYTES (32 * 1024) /* kept of a text by "full" */
#define LIMIT_CASE_SUBJECT_BYTES 500      /* kept of a subject */
#define LIMIT_ADDRESS_BYTES 320           /* kept of an address */
#define LIMIT_EVENT_BYTES 1000            /* detail of an event, notes apart */
#define LIMIT_COPY_EVENTS 16              /* copies that get an event each */
#define LIMIT_CASE_PROMISES 200           /* ever made in one case */
#define LIMIT_RELATED_SPAN 200  /* before and after, looked at for related */
#define LIMIT_SUMMARY_CASES 500 /* named by one summary */
#define LIMIT_READERS 512       /* threads that look at once */

/* web */
#define LIMIT_WEB_CONNECTIONS 256  /* at once */
#define LIMIT_WEB_HEAD_BYTES 16384 /* request line and header fields */
#define LIMIT_WEB_BODY_BYTES 16384 /* a form, a JSON object */
#define LIMIT_WEB_PATH_BYTES 256   /* path of an address */
#define LIMIT_WEB_QUERY_BYTES 4096 /* what follows its "?" */
#define LIMIT_WEB_FIELDS 64        /* of a form or a query */
#define LIMIT_WEB_HEAD_S 10        /* until a request's head is there */
#define LIMIT_WEB_BODY_S 10        /* until its body is there */
#define LIMIT_WEB_REPLY_S 60       /* until its answer is taken */
#define LIMIT_WEB_STREAM_S 3600    /* of one stream of events */
#define LIMIT_WEB_STREAMS 128      /* of events at once */
#define LIMIT_WEB_REQUESTS 12000   /* a minute and user */
#define LIMIT_WEB_AT_WORK 6        /* pages being made at once */
#define LIMIT_WEB_SEARCHES 2       /* of them, that look at all cases */
#define LIMIT_WEB_SESSIONS 4096    /* at once */
#define LIMIT_WEB_ROWS 5000        /* of one answer */
#define LIMIT_PASSWORD_BYTES 500   /* of a password */

#endif
