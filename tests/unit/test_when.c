/*
 * Moments in text: tables of what people write, in four languages, and of the
 * days on which calendars are odd.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those. */
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "anteroom/limits.h"
#include "anteroom/times.h"
#include "anteroom/when.h"
#include "base/when.h"

/* Flags: B worded as a deadline, P past, A ambiguous; then the precision:
 * minute, hour, part, day, longer. */
typedef struct {
	const char *text;
	const char *words; /* that name the moment; NULL: there is none */
	const char *local; /* its last second in the table's zone */
	const char *flags;
} Row;

/* All written on Wednesday, 18 November 2026, at 15:00 UTC. */
#define WRITTEN "2026-11-18T15:00:00Z"

static const Row english[] = {
    {"I'll call you tomorrow before five.", "tomorrow before five",
	"2026-11-19 17:00:00", "Bh"},
    {"by tomorrow noon", "by tomorrow noon", "2026-11-19 12:00:00", "Bh"},
    {"today", "today", "2026-11-18 23:59:59", "d"},
    {"call me tonight", "tonight", "2026-11-18 23:59:59", "p"},
    {"this afternoon", "this afternoon", "2026-11-18 18:00:00", "p"},
    {"by Friday", "by Friday", "2026-11-20 23:59:59", "Bd"},
    {"next Monday", "next Monday", "2026-11-23 23:59:59", "d"},
    {"before 5pm ET", "before 5pm ET", "2026-11-18 17:00:00", "Bh"},
    {"within 48 hours", "within 48 hours", "2026-11-20 10:00:00", "Bh"},
    {"in two weeks", "in two weeks", "2026-12-02 23:59:59", "d"},
    {"in 30 minutes", "in 30 minutes", "2026-11-18 10:30:00", "m"},
    {"by end of day", "by end of day", "2026-11-18 17:00:00", "Bp"},
    {"by COB Friday", "by COB Friday", "2026-11-20 17:00:00", "Bp"},
    {"by the end of the month", "by the end of the month",
	"2026-11-30 23:59:59", "Bl"},
    {"March 3", "March 3", "2027-03-03 23:59:59", "d"},
    {"3 March 2027", "3 March 2027", "2027-03-03 23:59:59", "d"},
    {"by 3/4", "by 3/4", "2027-03-04 23:59:59", "BAd"},
    {"by 13/4/2027", "by 13/4/2027", "2027-04-13 23:59:59", "Bd"},
    {"2027-03-04", "2027-03-04", "2027-03-04 23:59:59", "d"},
    {"at 15:30", "at 15:30", "2026-11-18 15:30:00", "m"},
    {"before Friday", "before Friday", "2026-11-19 23:59:59", "Bd"},
    {"by close of business tomorrow", "by close of business tomorrow",
	"2026-11-19 17:00:00", "Bp"},
    {"no later than Monday, November 30", "no later than Monday, November 30",
	"2026-11-30 23:59:59", "Bd"},
    {"by 5 p.m. on Friday, 27 November", "by 5 p.m. on Friday, 27 November",
	"2026-11-27 17:00:00", "Bh"},
    {"by noon Friday", "by noon Friday", "2026-11-20 12:00:00", "Bh"},
    {"within the next two business days", "within the next two business days",
	"2026-11-20 23:59:59", "Bd"},
    {"within 24-48 hours", "within 24-48 hours", "2026-11-20 10:00:00", "Bh"},
    {"I may march on sunday with the sun", "on sunday", "2026-11-22 23:59:59",
	"d"},
    {"please may I ask in 2 minds about Mars", NULL, NULL, ""},
    {"the second time", NULL, NULL, ""},
    {"Good Friday, black friday, every Monday", NULL, NULL, ""},
    {"in the next 3 days", "in the next 3 days", "2026-11-21 23:59:59", "Bd"},
    {"two days ago", "two days ago", "2026-11-16 23:59:59", "Pd"},
    {"a week from now", "a week from now", "2026-11-25 23:59:59", "d"},
    {"by the end of next week", "by the end of next week",
	"2026-11-27 23:59:59", "Bl"},
    {"by the 3rd", "by the 3rd", "2026-12-03 23:59:59", "Bd"},
    {"before the weekend", "before the weekend", "2026-11-20 23:59:59", "Bl"},
    {"half past five tomorrow", "half past five tomorrow",
	"2026-11-19 17:30:00", "m"},
    {"at a quarter to six on Thursday", "at a quarter to six on Thursday",
	"2026-11-19 17:45:00", "m"},
    {"by midnight", "by midnight", "2026-11-19 00:00:00", "Bh"},
    {"increase by 5 points, by two people", NULL, NULL, ""},
    {"before five people came", NULL, NULL, ""},
    {"by five tomorrow", "by five tomorrow", "2026-11-19 17:00:00", "Bh"},
    {"tomorrow morning at 9", "tomorrow morning at 9", "2026-11-19 09:00:00",
	"h"},
    {"Friday at 5:30 pm PST", "Friday at 5:30 pm PST", "2026-11-20 20:30:00",
	"m"},
    {"on Dec 24th at noon", "on Dec 24th at noon", "2026-12-24 12:00:00", "h"},
    {"May 3", "May 3", "2027-05-03 23:59:59", "d"},
    {"in May 20 people", "in May", "2027-05-31 23:59:59", "l"},
    {"by April 15, 2027", "by April 15, 2027", "2027-04-15 23:59:59", "Bd"},
    {"you have 48 hours to respond", "you have 48 hours", "2026-11-20 10:00:00",
	"Bh"},
    {"by 2027-03-04T15:30", "by 2027-03-04T15:30", "2027-03-04 15:30:00", "Bm"},
    {"call by Fri, Nov 27", "by Fri, Nov 27", "2026-11-27 23:59:59", "Bd"},
    {"The 24/7 hotline at $5 or 3/4 of it", NULL, NULL, ""},
    {"at the end of the day, it matters", NULL, NULL, ""},
    {"next week Friday", "next week Friday", "2026-11-27 23:59:59", "d"},
    {"Friday next week", "Friday next week", "2026-11-27 23:59:59", "d"},
    {"next Friday", "next Friday", "2026-11-20 23:59:59", "d"},
    {"the day after tomorrow at 3", "the day after tomorrow at 3",
	"2026-11-20 15:00:00", "h"},
    {"last Friday", "last Friday", "2026-11-13 23:59:59", "Pd"},
    {"yesterday at 5", "yesterday at 5", "2026-11-17 17:00:00", "Ph"},
    {"within the hour", "within the hour", "2026-11-18 11:00:00", "Bh"},
    {"in half an hour", "in half an hour", "2026-11-18 10:30:00", "m"},
    {"in an hour", "in an hour", "2026-11-18 11:00:00", "h"},
    {"in a day or two", "in a day or two", "2026-11-20 23:59:59", "d"},
    {"by 17:00 UTC", "by 17:00 UTC", "2026-11-18 12:00:00", "Bm"},
    {"before 9 am CET tomorrow", "before 9 am CET tomorrow",
	"2026-11-19 03:00:00", "Bh"},
    {"by June 31", NULL, NULL, ""},
    {"on 29 February", "on 29 February", "2028-02-29 23:59:59", "d"},
    {"by 12/31", "by 12/31", "2026-12-31 23:59:59", "Bd"},
    {"by 11/12/2026", "by 11/12/2026", "2026-11-12 23:59:59", "BPAd"},
    {"before 12 noon", "before 12 noon", "2026-11-18 12:00:00", "Bh"},
    {"tomorrow by 5 pm at the latest", "tomorrow by 5 pm at the latest",
	"2026-11-19 17:00:00", "Bh"},
    /* of an older text: the date with its year counts */
    {"tonight (3 March 2001)", "tonight (3 March 2001", "2001-03-03 23:59:59",
	"Pp"},
    {"by tomorrow, July 26, 2000", "by tomorrow, July 26, 2000",
	"2000-07-26 23:59:59", "BPd"},
    {"tomorrow, Thursday, by 5 pm", "tomorrow, Thursday, by 5 pm",
	"2026-11-19 17:00:00", "Bh"},
    {"between 3 and 5 pm tomorrow", "between 3 and 5 pm tomorrow",
	"2026-11-19 17:00:00", "h"},
    {"in 2 hours' time", "in 2 hours", "2026-11-18 12:00:00", "h"},
    {"by 5.30pm", "by 5.30pm", "2026-11-18 17:30:00", "Bm"},
    {"I am at 5 Main Street", NULL, NULL, ""},
    {"in March", "in March", "2027-03-31 23:59:59", "l"},
    {"by the end of March 2027", "by the end of March 2027",
	"2027-03-31 23:59:59", "Bl"},
    {"before the end of this week", "before the end of this week",
	"2026-11-20 23:59:59", "Bl"},
    {"Until Monday", "Until Monday", "2026-11-23 23:59:59", "Bd"},
    {"by tomorrow", "by tomorrow", "2026-11-19 23:59:59", "Bd"},
    {"by tonight", "by tonight", "2026-11-18 23:59:59", "Bp"},
    {"by 9 tomorrow morning", "by 9 tomorrow morning", "2026-11-19 09:00:00",
	"Bh"},
    {"by this afternoon at four", "by this afternoon at four",
	"2026-11-18 16:00:00", "Bh"},
    {"on Monday at noon", "on Monday at noon", "2026-11-23 12:00:00", "h"},
    {"on Monday, November 23 at 10:00 am", "on Monday, November 23 at 10:00 am",
	"2026-11-23 10:00:00", "m"},
    {"by EOD", "by EOD", "2026-11-18 17:00:00", "Bp"},
    {"by end of business today", "by end of business today",
	"2026-11-18 17:00:00", "Bp"},
    {"by the close of business on Tuesday",
	"by the close of business on Tuesday", "2026-11-24 17:00:00", "Bp"},
    {"by Tues.", "by Tues", "2026-11-24 23:59:59", "Bd"},
    {"on Sat at 5pm", "on Sat at 5pm", "2026-11-21 17:00:00", "h"},
    {"He sat on the wall by the sun", NULL, NULL, ""},
    {"The sun sets at 5:12 pm", "at 5:12 pm", "2026-11-18 17:12:00", "m"},
    {"within three days", "within three days", "2026-11-21 23:59:59", "Bd"},
    {"within a week", "within a week", "2026-11-25 23:59:59", "Bd"},
    {"within one hour", "within one hour", "2026-11-18 11:00:00", "Bh"},
    {"within the next hour", "within the next hour", "2026-11-18 11:00:00",
	"Bh"},
    {"within 10 working days", "within 10 working days", "2026-12-02 23:59:59",
	"Bd"},
    {"within twenty-four hours", "within twenty-four hours",
	"2026-11-19 10:00:00", "Bh"},
    {"by year end", "by year end", "2026-12-31 23:59:59", "Bl"},
    {"by the end of the quarter", "by the end of the quarter",
	"2026-12-31 23:59:59", "Bl"},
    {"by the end of the year", "by the end of the year", "2026-12-31 23:59:59",
	"Bl"},
    {"until the end of March", "until the end of March", "2027-03-31 23:59:59",
	"Bl"},
    {"by next Wednesday", "by next Wednesday", "2026-11-25 23:59:59", "Bd"},
    {"by this Friday", "by this Friday", "2026-11-20 23:59:59", "Bd"},
    {"this week", "this week", "2026-11-22 23:59:59", "l"},
    {"next week", "next week", "2026-11-29 23:59:59", "l"},
    {"next month", "next month", "2026-12-31 23:59:59", "l"},
    {"last week", "last week", "2026-11-15 23:59:59", "Pl"},
    {"by tomorrow's deadline", "by tomorrow", "2026-11-19 23:59:59", "Bd"},
    {"by Friday's meeting", "by Friday", "2026-11-20 23:59:59", "Bd"},
    {"I am available on the 25th", "on the 25th", "2026-11-25 23:59:59", "d"},
    {"by November 27th, 2026", "by November 27th, 2026", "2026-11-27 23:59:59",
	"Bd"},
    {"by 27 Nov 2026", "by 27 Nov 2026", "2026-11-27 23:59:59", "Bd"},
    {"27th of November", "27th of November", "2026-11-27 23:59:59", "d"},
    {"Jan. 5", "Jan. 5", "2027-01-05 23:59:59", "d"},
    {"Sept. 1st, 2027", "Sept. 1st, 2027", "2027-09-01 23:59:59", "d"},
    {"Our March for life, the March", NULL, NULL, ""},
    {"April will call you", NULL, NULL, ""},
    {"by Monday 8am", "by Monday 8am", "2026-11-23 08:00:00", "Bh"},
    {"at 8:00 a.m. tomorrow", "at 8:00 a.m. tomorrow", "2026-11-19 08:00:00",
	"m"},
    {"tomorrow at 10:15 A.M. EST", "tomorrow at 10:15 A.M. EST",
	"2026-11-19 10:15:00", "m"},
    {"by 6 pm Pacific time on Friday", "by 6 pm Pacific time on Friday",
	"2026-11-20 21:00:00", "Bh"},
    {"by 5 PM (ET) today", "by 5 PM (ET) today", "2026-11-18 17:00:00", "Bh"},
    {"Friday, 5 pm London", "Friday, 5 pm", "2026-11-20 17:00:00", "h"},
    {"before midnight on Friday", "before midnight on Friday",
	"2026-11-21 00:00:00", "Bh"},
    {"noon tomorrow", "noon tomorrow", "2026-11-19 12:00:00", "h"},
    {"on or before December 1", "on or before December 1",
	"2026-12-01 23:59:59", "Bd"},
    {"prior to 1 December", "prior to 1 December", "2026-11-30 23:59:59", "Bd"},
    {"not later than 12:00 noon on Monday",
	"not later than 12:00 noon on Monday", "2026-11-23 12:00:00", "Bm"},
    {"by 5pm, Friday", "by 5pm, Friday", "2026-11-20 17:00:00", "Bh"},
    {"by 24:00", "by 24:00", "2026-11-19 00:00:00", "Bm"},
    {"at 0:30", "at 0:30", "2026-11-19 00:30:00", "m"},
    {"at 25:00", NULL, NULL, ""},
    {"by 13:75", NULL, NULL, ""},
    {"3 o'clock on Thursday", "3 o'clock on Thursday", "2026-11-19 15:00:00",
	"h"},
    {"by five o'clock", "by five o'clock", "2026-11-18 17:00:00", "Bh"},
    {"at eleven", "at eleven", "2026-11-18 11:00:00", "h"},
    {"every day at 5 pm", "at 5 pm", "2026-11-18 17:00:00", "h"},
    {"24 hours a day", NULL, NULL, ""},
    {"10% by 5", NULL, NULL, ""},
    {"on 31 December at midnight", "on 31 December at midnight",
	"2027-01-01 00:00:00", "h"},
    {"by the first of December", "by the first of December",
	"2026-12-01 23:59:59", "Bd"},
    {"two weeks from today", "two weeks from today", "2026-12-02 23:59:59",
	"d"},
    {"in 6 months", "in 6 months", "2027-05-18 23:59:59", "d"},
    {"in one year", "in one year", "2027-11-18 23:59:59", "d"},
    {"in 3 hours and I mean it", "in 3 hours", "2026-11-18 13:00:00", "h"},
    {"in 90 minutes", "in 90 minutes", "2026-11-18 11:30:00", "m"},
    {"in fifteen minutes", "in fifteen minutes", "2026-11-18 10:15:00", "m"},
    {"this morning", "this morning", "2026-11-18 12:00:00", "p"},
    {"this evening at eight", "this evening at eight", "2026-11-18 20:00:00",
	"h"},
    {"tonight at 8", "tonight at 8", "2026-11-18 20:00:00", "h"},
    {"tonight at 11:30", "tonight at 11:30", "2026-11-18 23:30:00", "m"},
    {"today at 5", "today at 5", "2026-11-18 17:00:00", "h"},
    {"today by noon", "today by noon", "2026-11-18 12:00:00", "Bh"},
    {"yesterday", "yesterday", "2026-11-17 23:59:59", "Pd"},
    {"the day before yesterday", "the day before yesterday",
	"2026-11-16 23:59:59", "Pd"},
    {"a month ago", "a month ago", "2026-10-18 23:59:59", "Pd"},
    {"three weeks ago", "three weeks ago", "2026-10-28 23:59:59", "Pd"},
    {"since Monday", "since Monday", "2026-11-16 23:59:59", "Pd"},
    {"after Friday", "after Friday", "2026-11-20 23:59:59", "d"},
    {"from 9 am", "from 9 am", "2026-11-19 09:00:00", "h"},
    {"it may be sunny in march", NULL, NULL, ""},
    {"wed her in sun", NULL, NULL, ""},
    {"I read page 12/15 of it", NULL, NULL, ""},
    {"score was 3/4", NULL, NULL, ""},
    {"phone 555-1234 ext 12", NULL, NULL, ""},
    {"192.168.1.10", NULL, NULL, ""},
    {"version 2.10.2026.1", NULL, NULL, ""},
    {"due 2026-12-01.", "2026-12-01", "2026-12-01 23:59:59", "d"},
    {"by 2026/12/01", "by 2026/12/01", "2026-12-01 23:59:59", "Bd"},
    {"on 12/1/26", "on 12/1/26", "2026-12-01 23:59:59", "Ad"},
    {"on 1/12/26", "on 1/12/26", "2026-01-12 23:59:59", "PAd"},
    {"12-01-2026", "12-01-2026", "2026-01-12 23:59:59", "Pd"},
    {"$12/15", NULL, NULL, ""},
    {"Order #12 by 10", NULL, NULL, ""},
    {"room 5 at 10 Downing", NULL, NULL, ""},
    {"in 5 to 10 minutes", "in 5 to 10 minutes", "2026-11-18 10:10:00", "m"},
    {"within two to three weeks", "within two to three weeks",
	"2026-12-09 23:59:59", "Bd"},
    {"in a couple of days", "in a couple of days", "2026-11-20 23:59:59", "d"},
    {"in a fortnight", "in a fortnight", "2026-12-02 23:59:59", "d"},
    {"over the weekend", NULL, NULL, ""},
    {"by the weekend", "by the weekend", "2026-11-22 23:59:59", "Bl"},
    {"have a great weekend", NULL, NULL, ""},
    {"this weekend", "this weekend", "2026-11-22 23:59:59", "l"},
    {"next weekend", "next weekend", "2026-11-29 23:59:59", "l"},
    {"the end of May", "the end of May", "2027-05-31 23:59:59", "l"},
    {"at noon", "at noon", "2026-11-18 12:00:00", "h"},
    {"meet at noon on Friday", "at noon on Friday", "2026-11-20 12:00:00", "h"},
    {"the noon bell", NULL, NULL, ""},
    {"open 9 until 17:00", "until 17:00", "2026-11-18 17:00:00", "m"},
};

static const Row german[] = {
    {"Bitte antworten Sie bis Freitag.", "bis Freitag", "2026-11-20 23:59:59",
	"Bd"},
    {"bis morgen Mittag", "bis morgen Mittag", "2026-11-19 12:00:00", "Bh"},
    {"morgen vor 17 Uhr", "morgen vor 17 Uhr", "2026-11-19 17:00:00", "Bh"},
    {"innerhalb von 48 Stunden", "innerhalb von 48 Stunden",
	"2026-11-20 16:00:00", "Bh"},
    {"spätestens am 3.12.", "spätestens am 3.12.", "2026-12-03 23:59:59", "Bd"},
    {"Guten Morgen, Herr Meier", NULL, NULL, ""},
    {"Morgen, Herr Meier, morgen komme ich", "morgen", "2026-11-19 23:59:59",
	"d"},
    {"heute Morgen um halb sechs", "heute Morgen um halb sechs",
	"2026-11-18 05:30:00", "Pm"},
    {"bis spätestens morgen 12 Uhr", "bis spätestens morgen 12 Uhr",
	"2026-11-19 12:00:00", "Bh"},
    {"bis zum 3. Dezember 2026", "bis zum 3. Dezember 2026",
	"2026-12-03 23:59:59", "Bd"},
    {"am 3. Dezember um 15.30 Uhr", "am 3. Dezember um 15.30 Uhr",
	"2026-12-03 15:30:00", "m"},
    {"bis Ende der Woche", "bis Ende der Woche", "2026-11-20 23:59:59", "Bl"},
    {"bis Ende März", "bis Ende März", "2027-03-31 23:59:59", "Bl"},
    {"bis Monatsende", "bis Monatsende", "2026-11-30 23:59:59", "Bl"},
    {"vor drei Tagen", "vor drei Tagen", "2026-11-15 23:59:59", "Pd"},
    {"in zwei Wochen", "in zwei Wochen", "2026-12-02 23:59:59", "d"},
    {"in den nächsten zwei Tagen", "in den nächsten zwei Tagen",
	"2026-11-20 23:59:59", "Bd"},
    {"bis übermorgen", "bis übermorgen", "2026-11-20 23:59:59", "Bd"},
    {"bis uebermorgen", "bis uebermorgen", "2026-11-20 23:59:59", "Bd"},
    {"nächste Woche Freitag", "nächste Woche Freitag", "2026-11-27 23:59:59",
	"d"},
    {"Freitagabend", "Freitagabend", "2026-11-20 23:59:59", "p"},
    {"am Freitagnachmittag um vier", "am Freitagnachmittag um vier",
	"2026-11-20 16:00:00", "h"},
    {"bis zum 15.", "bis zum 15.", "2026-12-15 23:59:59", "Bd"},
    {"binnen zwei Werktagen", "binnen zwei Werktagen", "2026-11-20 23:59:59",
	"Bd"},
    {"bis heute 18 Uhr", "bis heute 18 Uhr", "2026-11-18 18:00:00", "Bh"},
    {"heute noch", "heute noch", "2026-11-18 23:59:59", "d"},
    {"bis Geschäftsschluss am Montag", "bis Geschäftsschluss am Montag",
	"2026-11-23 17:00:00", "Bp"},
    {"vor Weihnachten", NULL, NULL, ""},
    {"am Morgen", NULL, NULL, ""},
    {"jeden Montag", NULL, NULL, ""},
    {"bis 17:00", "bis 17:00", "2026-11-18 17:00:00", "Bm"},
    {"um 5 Uhr", "um 5 Uhr", "2026-11-18 17:00:00", "h"},
    {"bis Do, 3.12.", "bis Do, 3.12.", "2026-12-03 23:59:59", "Bd"},
    {"gestern um 15 Uhr", "gestern um 15 Uhr", "2026-11-17 15:00:00", "Ph"},
    {"kommenden Dienstag", "kommenden Dienstag", "2026-11-24 23:59:59", "d"},
    {"in einer halben Stunde", "in einer halben Stunde", "2026-11-18 16:30:00",
	"m"},
    {"Sie haben 24 Stunden Zeit", "Sie haben 24 Stunden", "2026-11-19 16:00:00",
	"Bh"},
    {"vor 17 Uhr", "vor 17 Uhr", "2026-11-18 17:00:00", "Bh"},
    {"Ich rufe Sie morgen früh an", "morgen früh", "2026-11-19 12:00:00", "p"},
    {"bis zum Ende des Monats", "bis zum Ende des Monats",
	"2026-11-30 23:59:59", "Bl"},
    {"spätestens bis Mittwoch, den 25. November",
	"spätestens bis Mittwoch, den 25. November", "2026-11-25 23:59:59",
	"Bd"},
    {"zum 31.12.2026", "zum 31.12.2026", "2026-12-31 23:59:59", "d"},
    {"1.234,56 Euro", NULL, NULL, ""},
    {"Version 3.12.1 um 9.15", "um 9.15", "2026-11-19 09:15:00", "m"},
    {"am 1.1.", "am 1.1.", "2027-01-01 23:59:59", "d"},
    {"bis heute Abend", "bis heute Abend", "2026-11-18 23:59:59", "Bp"},
    {"bis heute Mitternacht", "bis heute Mitternacht", "2026-11-19 00:00:00",
	"Bh"},
    {"bis Dienstag, 24.11.2026, 12 Uhr", "bis Dienstag, 24.11.2026, 12 Uhr",
	"2026-11-24 12:00:00", "Bh"},
    {"bis 24.11.", "bis 24.11.", "2026-11-24 23:59:59", "Bd"},
    {"bis 24. Nov.", "bis 24. Nov.", "2026-11-24 23:59:59", "Bd"},
    {"am 24.11.26 um 10:30 Uhr", "am 24.11.26 um 10:30 Uhr",
	"2026-11-24 10:30:00", "m"},
    {"bis Mittwoch früh", "bis Mittwoch früh", "2026-11-25 12:00:00", "Bp"},
    {"morgen Nachmittag gegen drei", "morgen Nachmittag gegen drei",
	"2026-11-19 15:00:00", "h"},
    {"um viertel nach zehn morgen", "um viertel nach zehn morgen",
	"2026-11-19 10:15:00", "m"},
    {"um viertel vor elf", "um viertel vor elf", "2026-11-19 10:45:00", "m"},
    {"um dreiviertel elf", "um dreiviertel elf", "2026-11-19 10:45:00", "m"},
    {"bis zwölf Uhr", "bis zwölf Uhr", "2026-11-19 12:00:00", "Bh"},
    {"bis fünf Uhr nachmittags", "bis fünf Uhr nachmittags",
	"2026-11-18 17:00:00", "Bh"},
    {"bis 17 Uhr 30", "bis 17 Uhr 30", "2026-11-18 17:30:00", "Bm"},
    {"innerhalb der nächsten drei Werktage",
	"innerhalb der nächsten drei Werktage", "2026-11-23 23:59:59", "Bd"},
    {"innerhalb einer Woche", "innerhalb einer Woche", "2026-11-25 23:59:59",
	"Bd"},
    {"innerhalb einer Stunde", "innerhalb einer Stunde", "2026-11-18 17:00:00",
	"Bh"},
    {"binnen 24 Stunden", "binnen 24 Stunden", "2026-11-19 16:00:00", "Bh"},
    {"in fünf Minuten", "in fünf Minuten", "2026-11-18 16:05:00", "m"},
    {"in einem Monat", "in einem Monat", "2026-12-18 23:59:59", "d"},
    {"bis nächsten Freitag", "bis nächsten Freitag", "2026-11-20 23:59:59",
	"Bd"},
    {"bis Ende nächster Woche", "bis Ende nächster Woche",
	"2026-11-27 23:59:59", "Bl"},
    {"bis Ende des Jahres", "bis Ende des Jahres", "2026-12-31 23:59:59", "Bl"},
    {"diese Woche", "diese Woche", "2026-11-22 23:59:59", "l"},
    {"im Laufe des Tages", "im Laufe des Tages", "2026-11-18 23:59:59", "Bd"},
    {"nächsten Monat", "nächsten Monat", "2026-12-31 23:59:59", "l"},
    {"letzten Montag", "letzten Montag", "2026-11-16 23:59:59", "Pd"},
    {"vorgestern", "vorgestern", "2026-11-16 23:59:59", "Pd"},
    {"vor einer Woche", "vor einer Woche", "2026-11-11 23:59:59", "Pd"},
    {"seit Montag", "seit Montag", "2026-11-16 23:59:59", "Pd"},
    {"nach Freitag", "nach Freitag", "2026-11-20 23:59:59", "d"},
    {"ab Montag", "ab Montag", "2026-11-23 23:59:59", "d"},
    {"vor dem Wochenende", "vor dem Wochenende", "2026-11-20 23:59:59", "Bl"},
    {"am Wochenende", "am Wochenende", "2026-11-22 23:59:59", "l"},
    {"schönes Wochenende", NULL, NULL, ""},
    {"bis spaetestens Dienstag", "bis spaetestens Dienstag",
	"2026-11-24 23:59:59", "Bd"},
    {"bis Feierabend", "bis Feierabend", "2026-11-18 17:00:00", "Bp"},
    {"bis Buroschluss", "bis Buroschluss", "2026-11-18 17:00:00", "Bp"},
    {"am 3. Maerz", "am 3. Maerz", "2027-03-03 23:59:59", "d"},
    {"im März", "im März", "2027-03-31 23:59:59", "l"},
    {"bis Mai", "bis Mai", "2027-05-31 23:59:59", "Bl"},
    {"im Mai 2027", "im Mai 2027", "2027-05-31 23:59:59", "l"},
    {"am 31. Februar", NULL, NULL, ""},
    {"so do mi wir das", NULL, NULL, ""},
    {"heute um 14 Uhr MEZ", "heute um 14 Uhr MEZ", "2026-11-18 14:00:00", "Ph"},
    {"noch vor Freitag", "noch vor Freitag", "2026-11-19 23:59:59", "Bd"},
    {"bis einschließlich Freitag", "bis einschließlich Freitag",
	"2026-11-20 23:59:59", "Bd"},
    {"Er kam gegen fünf Leute", NULL, NULL, ""},
    {"der 5. Versuch", NULL, NULL, ""},
    {"Bitte bis 10 zählen", NULL, NULL, ""},
    {"bis 10 Uhr", "bis 10 Uhr", "2026-11-19 10:00:00", "Bh"},
    {"bis 20 Prozent", NULL, NULL, ""},
    {"bis 3.12", "bis 3.12", "2026-12-03 23:59:59", "Bd"},
    {"um 8.30 morgen", "um 8.30 morgen", "2026-11-19 08:30:00", "m"},
    {"in 14 Tagen", "in 14 Tagen", "2026-12-02 23:59:59", "d"},
    {"bis zum 5.1.2027", "bis zum 5.1.2027", "2027-01-05 23:59:59", "Bd"},
};

static const Row french[] = {
    {"avant vendredi", "avant vendredi", "2026-11-19 23:59:59", "Bd"},
    {"d'ici demain midi", "d'ici demain midi", "2026-11-19 12:00:00", "Bh"},
    {"d’ici demain midi", "d’ici demain midi", "2026-11-19 12:00:00", "Bh"},
    {"sous 48 heures", "sous 48 heures", "2026-11-20 16:00:00", "Bh"},
    {"le 3 mars", "le 3 mars", "2027-03-03 23:59:59", "d"},
    {"demain avant 17 h", "demain avant 17 h", "2026-11-19 17:00:00", "Bh"},
    {"avant demain 17h30", "avant demain 17h30", "2026-11-19 17:30:00", "Bm"},
    {"au plus tard le 3 décembre", "au plus tard le 3 décembre",
	"2026-12-03 23:59:59", "Bd"},
    {"d'ici la fin du mois", "d'ici la fin du mois", "2026-11-30 23:59:59",
	"Bl"},
    {"d'ici 48 heures", "d'ici 48 heures", "2026-11-20 16:00:00", "Bh"},
    {"aujourd'hui à 15 h", "aujourd'hui à 15 h", "2026-11-18 15:00:00", "Ph"},
    {"après-demain matin", "après-demain matin", "2026-11-20 12:00:00", "p"},
    {"cet après-midi", "cet après-midi", "2026-11-18 18:00:00", "p"},
    {"vendredi prochain", "vendredi prochain", "2026-11-20 23:59:59", "d"},
    {"la semaine prochaine", "la semaine prochaine", "2026-11-29 23:59:59",
	"l"},
    {"dans deux jours", "dans deux jours", "2026-11-20 23:59:59", "d"},
    {"dans un délai de trois jours ouvrés",
	"dans un délai de trois jours ouvrés", "2026-11-23 23:59:59", "Bd"},
    {"en fin de journée", "en fin de journée", "2026-11-18 17:00:00", "p"},
    {"demain en fin de journée", "demain en fin de journée",
	"2026-11-19 17:00:00", "p"},
    {"vendredi à cinq heures", "vendredi à cinq heures", "2026-11-20 17:00:00",
	"h"},
    {"il y a deux jours", "il y a deux jours", "2026-11-16 23:59:59", "Pd"},
    {"pour demain", "pour demain", "2026-11-19 23:59:59", "Bd"},
    {"pour 5 personnes", NULL, NULL, ""},
    {"le 1er mars 2027", "le 1er mars 2027", "2027-03-01 23:59:59", "d"},
    {"avant le 3", "avant le 3", "2026-12-02 23:59:59", "Bd"},
    {"avant le 3/12", "avant le 3/12", "2026-12-02 23:59:59", "BAd"},
    {"ce soir", "ce soir", "2026-11-18 23:59:59", "p"},
    {"mon ami sept ans", NULL, NULL, ""},
    {"d'ici fin mars", "d'ici fin mars", "2027-03-31 23:59:59", "Bl"},
    {"à 15h30 vendredi", "à 15h30 vendredi", "2026-11-20 15:30:00", "m"},
    {"jusqu'à lundi", "jusqu'à lundi", "2026-11-23 23:59:59", "Bd"},
    {"dans les 24 heures", "dans les 24 heures", "2026-11-19 16:00:00", "Bh"},
    {"tous les lundis, chaque lundi", NULL, NULL, ""},
    {"hier soir", "hier soir", "2026-11-17 23:59:59", "Pd"},
    {"fin de semaine prochaine", "fin de semaine prochaine",
	"2026-11-27 23:59:59", "l"},
    {"vous avez 48 heures pour payer", "vous avez 48 heures",
	"2026-11-20 16:00:00", "Bh"},
    {"avant midi", "avant midi", "2026-11-19 12:00:00", "Bh"},
    {"d'ici jeudi au plus tard", "d'ici jeudi au plus tard",
	"2026-11-19 23:59:59", "Bd"},
    {"avant mardi midi", "avant mardi midi", "2026-11-24 12:00:00", "Bh"},
    {"avant mardi 24 novembre", "avant mardi 24 novembre",
	"2026-11-23 23:59:59", "Bd"},
    {"le mardi 24 novembre à 10 h 30", "le mardi 24 novembre à 10 h 30",
	"2026-11-24 10:30:00", "m"},
    {"au plus tard demain", "au plus tard demain", "2026-11-19 23:59:59", "Bd"},
    {"au plus tard vendredi à 18h", "au plus tard vendredi à 18h",
	"2026-11-20 18:00:00", "Bh"},
    {"d'ici vendredi soir", "d'ici vendredi soir", "2026-11-20 23:59:59", "Bp"},
    {"d'ici une heure", "d'ici une heure", "2026-11-18 17:00:00", "Bh"},
    {"d'ici deux jours", "d'ici deux jours", "2026-11-20 23:59:59", "Bd"},
    {"d'ici la semaine prochaine", "d'ici la semaine prochaine",
	"2026-11-29 23:59:59", "Bl"},
    {"avant la fin de la semaine", "avant la fin de la semaine",
	"2026-11-20 23:59:59", "Bl"},
    {"avant la fin du mois de mars", "avant la fin du mois de mars",
	"2027-03-31 23:59:59", "Bl"},
    {"avant la fin de l'année", "avant la fin de l'année",
	"2026-12-31 23:59:59", "Bl"},
    {"en fin de semaine", "en fin de semaine", "2026-11-20 23:59:59", "l"},
    {"dans une heure", "dans une heure", "2026-11-18 17:00:00", "h"},
    {"dans une demi-heure", "dans une demi-heure", "2026-11-18 16:30:00", "m"},
    {"dans trois semaines", "dans trois semaines", "2026-12-09 23:59:59", "d"},
    {"dans les prochaines 48 heures", "dans les prochaines 48 heures",
	"2026-11-20 16:00:00", "Bh"},
    {"dans les deux jours ouvrables", "dans les deux jours ouvrables",
	"2026-11-20 23:59:59", "Bd"},
    {"sous huit jours", "sous huit jours", "2026-11-26 23:59:59", "Bd"},
    {"sous 24h", "sous 24h", "2026-11-19 16:00:00", "Bh"},
    {"sous 24 à 48 heures", "sous 24 à 48 heures", "2026-11-20 16:00:00", "Bh"},
    {"dans la journée", "dans la journée", "2026-11-18 23:59:59", "Bd"},
    {"demain à neuf heures et demie", "demain à neuf heures et demie",
	"2026-11-19 09:30:00", "m"},
    {"demain à 9 heures moins le quart", "demain à 9 heures moins le quart",
	"2026-11-19 08:45:00", "m"},
    {"demain apres-midi", "demain apres-midi", "2026-11-19 18:00:00", "p"},
    {"demain après midi à 15 heures", "demain après midi à 15 heures",
	"2026-11-19 15:00:00", "h"},
    {"apres demain", "apres demain", "2026-11-20 23:59:59", "d"},
    {"aujourd’hui avant minuit", "aujourd’hui avant minuit",
	"2026-11-19 00:00:00", "Bh"},
    {"lundi prochain à midi", "lundi prochain à midi", "2026-11-23 12:00:00",
	"h"},
    {"mardi dernier", "mardi dernier", "2026-11-17 23:59:59", "Pd"},
    {"il y a une semaine", "il y a une semaine", "2026-11-11 23:59:59", "Pd"},
    {"depuis lundi", "depuis lundi", "2026-11-16 23:59:59", "Pd"},
    {"après vendredi", "après vendredi", "2026-11-20 23:59:59", "d"},
    {"à partir du 3 décembre", "à partir du 3 décembre", "2026-12-03 23:59:59",
	"d"},
    {"le 3/12/2026", "le 3/12/2026", "2026-12-03 23:59:59", "Ad"},
    {"le 03.12.2026", "le 03.12.2026", "2026-12-03 23:59:59", "d"},
    {"avant le 1er décembre", "avant le 1er décembre", "2026-11-30 23:59:59",
	"Bd"},
    {"1er janvier 2027", "1er janvier 2027", "2027-01-01 23:59:59", "d"},
    {"en mars", "en mars", "2027-03-31 23:59:59", "l"},
    {"mars est une planète", NULL, NULL, ""},
    {"sept personnes en août", "en août", "2027-08-31 23:59:59", "l"},
    {"par jour", NULL, NULL, ""},
    {"pour vendredi", "pour vendredi", "2026-11-20 23:59:59", "Bd"},
    {"pour lundi matin", "pour lundi matin", "2026-11-23 12:00:00", "Bp"},
    {"cette semaine", "cette semaine", "2026-11-22 23:59:59", "l"},
    {"le mois prochain", "le mois prochain", "2026-12-31 23:59:59", "l"},
    {"ce week-end", "ce week-end", "2026-11-22 23:59:59", "l"},
    {"bon week-end", NULL, NULL, ""},
    {"vers 17 h demain", "vers 17 h demain", "2026-11-19 17:00:00", "h"},
    {"entre 9h et 17h", "entre 9h et 17h", "2026-11-18 17:00:00", "h"},
    {"avant-hier", "avant-hier", "2026-11-16 23:59:59", "Pd"},
    {"jusqu'au 15 décembre", "jusqu'au 15 décembre", "2026-12-15 23:59:59",
	"Bd"},
    {"le 31 fevrier", NULL, NULL, ""},
};

static const Row spanish[] = {
    {"antes del viernes", "antes del viernes", "2026-11-19 23:59:59", "Bd"},
    {"mañana a las cinco", "mañana a las cinco", "2026-11-19 17:00:00", "h"},
    {"en 48 horas", "en 48 horas", "2026-11-20 16:00:00", "h"},
    {"dentro de dos días", "dentro de dos días", "2026-11-20 23:59:59", "Bd"},
    {"pasado mañana por la tarde", "pasado mañana por la tarde",
	"2026-11-20 18:00:00", "p"},
    {"mañana por la mañana", "mañana por la mañana", "2026-11-19 12:00:00",
	"p"},
    {"hasta el 3 de marzo", "hasta el 3 de marzo", "2027-03-03 23:59:59", "Bd"},
    {"el 3 de marzo de 2027 a las 15:30", "el 3 de marzo de 2027 a las 15:30",
	"2027-03-03 15:30:00", "m"},
    {"antes de las cinco de la tarde", "antes de las cinco de la tarde",
	"2026-11-18 17:00:00", "Bh"},
    {"antes de las 17:00", "antes de las 17:00", "2026-11-18 17:00:00", "Bm"},
    {"a más tardar el lunes", "a más tardar el lunes", "2026-11-23 23:59:59",
	"Bd"},
    {"para el viernes", "para el viernes", "2026-11-20 23:59:59", "Bd"},
    {"el viernes que viene", "el viernes que viene", "2026-11-20 23:59:59",
	"d"},
    {"la próxima semana", "la próxima semana", "2026-11-29 23:59:59", "l"},
    {"hoy mismo", "hoy mismo", "2026-11-18 23:59:59", "d"},
    {"esta tarde", "esta tarde", "2026-11-18 18:00:00", "p"},
    {"en un plazo de 5 días hábiles", "en un plazo de 5 días hábiles",
	"2026-11-25 23:59:59", "Bd"},
    {"a finales de mes", "a finales de mes", "2026-11-30 23:59:59", "l"},
    {"hace dos días", "hace dos días", "2026-11-16 23:59:59", "Pd"},
    {"el 3/4", "el 3/4", "2027-04-03 23:59:59", "Ad"},
    {"la mañana", NULL, NULL, ""},
    {"manana antes de las 5", "manana antes de las 5", "2026-11-19 17:00:00",
	"Bh"},
    {"a las cinco y media", "a las cinco y media", "2026-11-18 17:30:00", "m"},
    {"cada lunes, todos los lunes", NULL, NULL, ""},
    {"por la tarde", NULL, NULL, ""},
    {"el próximo martes", "el próximo martes", "2026-11-24 23:59:59", "d"},
    {"mañana al mediodía", "mañana al mediodía", "2026-11-19 12:00:00", "h"},
    {"antes del mediodía", "antes del mediodía", "2026-11-19 12:00:00", "Bh"},
    {"esta semana", "esta semana", "2026-11-22 23:59:59", "l"},
    {"tiene 24 horas para pagar", "tiene 24 horas", "2026-11-19 16:00:00",
	"Bh"},
    {"en los próximos tres días", "en los próximos tres días",
	"2026-11-21 23:59:59", "Bd"},
    {"el viernes pasado", "el viernes pasado", "2026-11-13 23:59:59", "Pd"},
    {"una vez, once veces", NULL, NULL, ""},
    {"fin de semana", NULL, NULL, ""},
    {"mañana antes de las 17 h", "mañana antes de las 17 h",
	"2026-11-19 17:00:00", "Bh"},
    {"antes de mañana al mediodía", "antes de mañana al mediodía",
	"2026-11-19 12:00:00", "Bh"},
    {"hoy antes de las seis", "hoy antes de las seis", "2026-11-18 18:00:00",
	"Bh"},
    {"hoy a las 18:00", "hoy a las 18:00", "2026-11-18 18:00:00", "m"},
    {"mañana a las 10 y media", "mañana a las 10 y media",
	"2026-11-19 10:30:00", "m"},
    {"mañana a las 9 de la mañana", "mañana a las 9 de la mañana",
	"2026-11-19 09:00:00", "h"},
    {"el lunes por la mañana", "el lunes por la mañana", "2026-11-23 12:00:00",
	"p"},
    {"el lunes a las nueve y cuarto", "el lunes a las nueve y cuarto",
	"2026-11-23 09:15:00", "m"},
    {"el lunes 23 de noviembre a las 10:30",
	"el lunes 23 de noviembre a las 10:30", "2026-11-23 10:30:00", "m"},
    {"antes del lunes 23 de noviembre", "antes del lunes 23 de noviembre",
	"2026-11-22 23:59:59", "Bd"},
    {"antes del 1 de diciembre", "antes del 1 de diciembre",
	"2026-11-30 23:59:59", "Bd"},
    {"el primero de diciembre", "el primero de diciembre",
	"2026-12-01 23:59:59", "d"},
    {"como muy tarde el jueves", "como muy tarde el jueves",
	"2026-11-19 23:59:59", "Bd"},
    {"hasta el viernes a las 14:00", "hasta el viernes a las 14:00",
	"2026-11-20 14:00:00", "Bm"},
    {"hasta mañana", "hasta mañana", "2026-11-19 23:59:59", "Bd"},
    {"para mañana", "para mañana", "2026-11-19 23:59:59", "Bd"},
    {"para mañana por la tarde", "para mañana por la tarde",
	"2026-11-19 18:00:00", "Bp"},
    {"para cinco personas", NULL, NULL, ""},
    {"dentro de una hora", "dentro de una hora", "2026-11-18 17:00:00", "Bh"},
    {"dentro de las próximas 24 horas", "dentro de las próximas 24 horas",
	"2026-11-19 16:00:00", "Bh"},
    {"en las próximas 48 horas", "en las próximas 48 horas",
	"2026-11-20 16:00:00", "Bh"},
    {"en un plazo de tres días", "en un plazo de tres días",
	"2026-11-21 23:59:59", "Bd"},
    {"en media hora", "en media hora", "2026-11-18 16:30:00", "m"},
    {"en dos semanas", "en dos semanas", "2026-12-02 23:59:59", "d"},
    {"en 3 meses", "en 3 meses", "2027-02-18 23:59:59", "d"},
    {"la semana que viene", "la semana que viene", "2026-11-29 23:59:59", "l"},
    {"el mes que viene", "el mes que viene", "2026-12-31 23:59:59", "l"},
    {"este viernes", "este viernes", "2026-11-20 23:59:59", "d"},
    {"esta noche a las diez", "esta noche a las diez", "2026-11-18 22:00:00",
	"h"},
    {"este fin de semana", "este fin de semana", "2026-11-22 23:59:59", "l"},
    {"antes del fin de semana", "antes del fin de semana",
	"2026-11-20 23:59:59", "Bl"},
    {"a final de mes", "a final de mes", "2026-11-30 23:59:59", "l"},
    {"antes de fin de mes", "antes de fin de mes", "2026-11-30 23:59:59", "Bl"},
    {"antes de que acabe el día", NULL, NULL, ""},
    {"al final del día", "al final del día", "2026-11-18 17:00:00", "p"},
    {"ayer", "ayer", "2026-11-17 23:59:59", "Pd"},
    {"ayer por la tarde", "ayer por la tarde", "2026-11-17 18:00:00", "Pp"},
    {"anteayer", "anteayer", "2026-11-16 23:59:59", "Pd"},
    {"hace una semana", "hace una semana", "2026-11-11 23:59:59", "Pd"},
    {"hace 2 horas", "hace 2 horas", "2026-11-18 14:00:00", "Ph"},
    {"desde el lunes", "desde el lunes", "2026-11-16 23:59:59", "Pd"},
    {"después del viernes", "después del viernes", "2026-11-20 23:59:59", "d"},
    {"a partir del lunes", "a partir del lunes", "2026-11-23 23:59:59", "d"},
    {"la semana pasada", "la semana pasada", "2026-11-15 23:59:59", "Pl"},
    {"3 de marzo", "3 de marzo", "2027-03-03 23:59:59", "d"},
    {"el 03/12/2026", "el 03/12/2026", "2026-12-03 23:59:59", "Ad"},
    {"el 3-12-2026", "el 3-12-2026", "2026-12-03 23:59:59", "d"},
    {"en marzo", "en marzo", "2027-03-31 23:59:59", "l"},
    {"en mayo", "en mayo", "2027-05-31 23:59:59", "l"},
    {"el martes y trece", "el martes", "2026-11-24 23:59:59", "d"},
    {"una de las tres", "de las tres", "2026-11-19 15:00:00", "h"},
    {"el dia 15", "el dia 15", "2026-12-15 23:59:59", "d"},
    {"antes del 15", "antes del 15", "2026-12-14 23:59:59", "Bd"},
    {"medianoche", NULL, NULL, ""},
    {"antes de medianoche", "antes de medianoche", "2026-11-19 00:00:00", "Bh"},
    {"manana", "manana", "2026-11-19 23:59:59", "d"},
    {"pasado manana", "pasado manana", "2026-11-20 23:59:59", "d"},
    {"antes del sabado", "antes del sabado", "2026-11-20 23:59:59", "Bd"},
    {"el miercoles", "el miercoles", "2026-11-18 23:59:59", "d"},
};

/* What is true whatever the day: written when, where, what, until when. The
 * moments are Python's, by its zoneinfo. */
typedef struct {
	const char *written, *zone, *text, *until, *flags;
} Day;

static const Day days[] = {
    {"2026-03-07T12:00:00Z", "America/New_York", "tomorrow at 2:30 am",
	"2026-03-08T07:00:00Z", "m"},
    {"2026-03-07T12:00:00Z", "America/New_York", "by tomorrow",
	"2026-03-09T03:59:59Z", "Bd"},
    {"2026-03-07T12:00:00Z", "America/New_York", "within 24 hours",
	"2026-03-08T12:00:00Z", "Bh"},
    {"2026-03-07T12:00:00Z", "America/New_York", "in one day",
	"2026-03-09T03:59:59Z", "d"},
    {"2026-10-31T12:00:00Z", "America/New_York", "tomorrow at 1:30 am",
	"2026-11-01T05:30:00Z", "m"},
    {"2026-10-31T12:00:00Z", "America/New_York", "by 1:30 am tomorrow",
	"2026-11-01T06:30:00Z", "Bm"},
    {"2026-10-31T12:00:00Z", "America/New_York", "within 24 hours",
	"2026-11-01T12:00:00Z", "Bh"},
    {"2026-10-31T12:00:00Z", "America/New_York", "by tomorrow",
	"2026-11-02T04:59:59Z", "Bd"},
    {"2026-03-28T12:00:00Z", "Europe/Berlin", "morgen um 02:30 Uhr",
	"2026-03-29T01:00:00Z", "m"},
    {"2026-03-28T12:00:00Z", "Europe/Berlin", "bis morgen",
	"2026-03-29T21:59:59Z", "Bd"},
    {"2026-10-24T12:00:00Z", "Europe/Berlin", "morgen um 02:30",
	"2026-10-25T00:30:00Z", "m"},
    {"2026-10-24T12:00:00Z", "Europe/Berlin", "bis morgen 02:30 Uhr",
	"2026-10-25T01:30:00Z", "Bm"},
    {"2026-10-24T12:00:00Z", "Europe/Berlin", "innerhalb von 48 Stunden",
	"2026-10-26T12:00:00Z", "Bh"},
    {"2026-04-04T12:00:00Z", "Australia/Lord_Howe", "by tomorrow",
	"2026-04-05T13:29:59Z", "Bd"},
    {"2026-10-03T12:00:00Z", "Australia/Lord_Howe", "tomorrow at 2:15 am",
	"2026-10-03T15:30:00Z", "m"},
    {"2026-12-31T23:30:00Z", "UTC", "tomorrow", "2027-01-01T23:59:59Z", "d"},
    {"2026-12-31T23:30:00Z", "UTC", "by the end of the month",
	"2026-12-31T23:59:59Z", "Bl"},
    {"2026-12-31T23:30:00Z", "Pacific/Auckland", "today",
	"2027-01-01T10:59:59Z", "d"},
    {"2026-12-31T23:30:00Z", "Pacific/Auckland", "by March 3",
	"2027-03-03T10:59:59Z", "Bd"},
    {"2026-12-31T12:00:00Z", "America/Los_Angeles", "by January 2",
	"2027-01-03T07:59:59Z", "Bd"},
    {"2026-12-31T12:00:00Z", "America/Los_Angeles", "in a week",
	"2027-01-08T07:59:59Z", "d"},
    {"2028-02-28T12:00:00Z", "UTC", "tomorrow", "2028-02-29T23:59:59Z", "d"},
    {"2027-02-28T12:00:00Z", "UTC", "tomorrow", "2027-03-01T23:59:59Z", "d"},
    {"2027-02-28T12:00:00Z", "UTC", "by February 29", "2028-02-29T23:59:59Z",
	"Bd"},
    {"2028-01-31T12:00:00Z", "UTC", "in one month", "2028-02-29T23:59:59Z",
	"d"},
    {"2027-01-31T12:00:00Z", "UTC", "in one month", "2027-02-28T23:59:59Z",
	"d"},
    {"2028-02-29T12:00:00Z", "UTC", "in one year", "2029-02-28T23:59:59Z", "d"},
    {"2096-03-01T12:00:00Z", "UTC", "by February 29", "2096-02-29T23:59:59Z",
	"BPd"},
    {"2027-11-30T12:00:00Z", "UTC", "by the 31st", "2027-12-31T23:59:59Z",
	"Bd"},
    {"2026-11-27T18:30:00Z", "UTC", "by end of day", "2026-11-27T23:59:59Z",
	"Bp"},
    {"2026-11-27T18:30:00Z", "UTC", "before five", "2026-11-28T17:00:00Z",
	"Bh"},
    {"2026-11-27T18:30:00Z", "UTC", "by noon", "2026-11-28T12:00:00Z", "Bh"},
    {"2026-11-27T18:30:00Z", "UTC", "by Friday", "2026-11-27T23:59:59Z", "Bd"},
    {"2026-11-27T18:30:00Z", "UTC", "by Friday noon", "2026-12-04T12:00:00Z",
	"Bh"},
    {"2026-11-27T18:30:00Z", "UTC", "next Friday", "2026-12-04T23:59:59Z", "d"},
    {"2026-11-27T18:30:00Z", "UTC", "today before five", "2026-11-27T17:00:00Z",
	"BPh"},
    {"2026-11-27T18:30:00Z", "UTC", "today at 8", "2026-11-27T20:00:00Z", "h"},
    {"2026-11-27T18:30:00Z", "UTC", "within 2 business days",
	"2026-12-01T23:59:59Z", "Bd"},
    {"2026-11-28T18:30:00Z", "UTC", "by the end of the week",
	"2026-11-29T23:59:59Z", "Bl"},
    {"2026-11-28T18:30:00Z", "UTC", "next business day", "2026-11-30T23:59:59Z",
	"d"},
    {"2026-11-29T18:30:00Z", "UTC", "this weekend", "2026-11-29T23:59:59Z",
	"l"},
    {"2026-11-30T23:59:59Z", "UTC", "this month", "2026-11-30T23:59:59Z", "l"},
    {"2026-11-30T23:59:59Z", "UTC", "by the end of next month",
	"2026-12-31T23:59:59Z", "Bl"},
    {"2026-11-27T04:59:00Z", "America/New_York", "today",
	"2026-11-27T04:59:59Z", "d"},
    {"2026-11-27T05:00:00Z", "America/New_York", "today",
	"2026-11-28T04:59:59Z", "d"},
    {"2026-11-27T18:00:00Z", "Asia/Kathmandu", "by tomorrow noon",
	"2026-11-28T06:15:00Z", "Bh"},
    {"2026-11-27T18:00:00Z", "Pacific/Kiritimati", "by tomorrow noon",
	"2026-11-28T22:00:00Z", "Bh"},
    {"2026-11-27T12:00:00Z", "Pacific/Chatham", "by 5pm",
	"2026-11-28T03:15:00Z", "Bh"},
    {"2026-11-27T12:00:00Z", "Nowhere/Land", "by 5pm", "2026-11-27T17:00:00Z",
	"Bh"},
    {"2026-07-01T12:00:00Z", "Europe/London", "by 5pm BST",
	"2026-07-01T16:00:00Z", "Bh"},
    {"2026-07-01T12:00:00Z", "Europe/London", "by 5pm GMT",
	"2026-07-01T17:00:00Z", "Bh"},
    {"2026-07-01T12:00:00Z", "Europe/London", "by 5pm EDT",
	"2026-07-01T21:00:00Z", "Bh"},
    {"2026-07-01T12:00:00Z", "Europe/London", "by 5pm ET tomorrow",
	"2026-07-02T21:00:00Z", "Bh"},
    {"2026-12-01T12:00:00Z", "Europe/London", "by 5pm ET tomorrow",
	"2026-12-02T22:00:00Z", "Bh"},
    {"2026-07-01T12:00:00Z", "Europe/London", "um 17 Uhr MESZ",
	"2026-07-01T15:00:00Z", "h"},
    {"2026-07-01T12:00:00Z", "Europe/London", "by 9 am JST tomorrow",
	"2026-07-02T00:00:00Z", "Bh"},
    {"2026-07-01T12:00:00Z", "America/New_York", "avant 5 et demie",
	"2026-07-01T21:30:00Z", "Bm"},
    {"2026-12-30T20:00:00Z", "Pacific/Apia", "tomorrow", "2027-01-01T10:59:59Z",
	"d"},
    {"2011-12-29T20:00:00Z", "Pacific/Apia", "in two days",
	"2011-12-31T09:59:59Z", "d"},
};

static gint64 at_of(const char *rfc3339)
{
	gint64 at_s = 0;
	assert_true(times_parse_rfc3339(rfc3339, &at_s, NULL));
	return at_s;
}

static GArray *find(const char *text, const char *written, const char *zone)
{
	return when_find(text, strlen(text), at_of(written), zone, 10);
}

/* "2026-11-19 17:00:00" in ZONE, by GLib. */
static gint64 local_of(const char *local, const char *zone)
{
	g_autoptr(GTimeZone) where = g_time_zone_new_identifier(zone);
	g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(local, where);
	assert_non_null(at);
	return g_date_time_to_unix(at);
}

static char *flags_of(const When *when)
{
	return g_strdup_printf("%s%s%s%c", when->before ? "B" : "",
	    when->past ? "P" : "", when->ambiguous ? "A" : "",
	    "mhpdl"[when->precision]);
}

static void check_row(const Row *row, const char *zone)
{
	g_autoptr(GArray) found = find(row->text, WRITTEN, zone);
	if (found->len != (row->words != NULL)) {
		fail_msg("\"%s\": %u moments", row->text, found->len);
	}
	if (found->len == 0) {
		return;
	}
	const When *when = &g_array_index(found, When, 0);
	g_autofree char *words =
	    g_strndup(row->text + when->from, when->to - when->from);
	g_autofree char *flags = flags_of(when);
	g_autofree char *at = times_rfc3339(when->at_s);
	if (when->at_s != local_of(row->local, zone) ||
	    strcmp(words, row->words) != 0 || strcmp(flags, row->flags) != 0) {
		fail_msg("\"%s\": \"%s\" is %s %s, not %s %s", row->text, words,
		    at, flags, row->local, row->flags);
	}
	assert_true(when->begin_s <= when->at_s + 1);
}

static void check_rows(const Row *rows, gsize n, const char *zone)
{
	for (gsize i = 0; i < n; i++) {
		check_row(&rows[i], zone);
	}
}

static void test_english(void **state)
{
	(void)state;
	check_rows(english, G_N_ELEMENTS(english), "America/New_York");
}

static void test_german(void **state)
{
	(void)state;
	check_rows(german, G_N_ELEMENTS(german), "Europe/Berlin");
}

static void test_french(void **state)
{
	(void)state;
	check_rows(french, G_N_ELEMENTS(french), "Europe/Paris");
}

static void test_spanish(void **state)
{
	(void)state;
	check_rows(spanish, G_N_ELEMENTS(spanish), "Europe/Madrid");
}

static void test_days(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(days); i++) {
		const Day *day = &days[i];
		g_autoptr(GArray) found =
		    find(day->text, day->written, day->zone);
		assert_int_equal(found->len, 1);
		const When *when = &g_array_index(found, When, 0);
		g_autofree char *at = times_rfc3339(when->at_s);
		g_autofree char *flags = flags_of(when);
		if (strcmp(at, day->until) != 0 ||
		    strcmp(flags, day->flags) != 0) {
			fail_msg("%s %s \"%s\": %s %s, not %s %s", day->written,
			    day->zone, day->text, at, flags, day->until,
			    day->flags);
		}
	}
}

/* Large letters, no accents, odd spaces, HTML's apostrophes: the same. */
static void test_spellings(void **state)
{
	static const char *const same[] = {"by tomorrow noon",
	    "BY TOMORROW NOON", "by\ntomorrow\tnoon", "by tomorrow\xc2\xa0noon",
	    "bis morgen Mittag", "BIS MORGEN MITTAG",
	    "d\xe2\x80\x99"
	    "ici demain midi",
	    "D'ICI DEMAIN MIDI",
	    "antes de man\xcc\x83"
	    "ana al mediodia",
	    "ANTES DE MA\xc3\x91"
	    "ANA AL MEDIOD\xc3\x8d"
	    "A",
	    "antes de manana al mediodia"};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
		g_autoptr(GArray) found = find(same[i], WRITTEN, "UTC");
		assert_int_equal(found->len, 1);
		const When *when = &g_array_index(found, When, 0);
		if (when->at_s != at_of("2026-11-19T12:00:00Z") ||
		    !when->before || when->from != 0) {
			fail_msg("%s", same[i]);
		}
	}
}

/* Several in a text, in its order, none overlapping; no more than asked. */
static void test_several(void **state)
{
	const char *text = "Call me tomorrow at 9. Or on Friday, 4 December, "
			   "before noon; the offer ends on 2027-03-04.";
	(void)state;
	g_autoptr(GArray) found = find(text, WRITTEN, "UTC");
	assert_int_equal(found->len, 3);
	gsize end = 0;
	for (guint i = 0; i < found->len; i++) {
		const When *when = &g_array_index(found, When, i);
		assert_true(when->from >= end && when->to > when->from);
		end = when->to;
	}
	assert_true(g_array_index(found, When, 1).before);
	g_autoptr(GArray) two =
	    when_find(text, strlen(text), at_of(WRITTEN), NULL, 2);
	assert_int_equal(two->len, 2);
	g_autoptr(GArray) none =
	    when_find(text, strlen(text), G_MAXINT64, NULL, 2);
	assert_int_equal(none->len, 0);
}

/* An empty line ends a phrase; so does the end of a sentence. */
static void test_apart(void **state)
{
	(void)state;
	g_autoptr(GArray) lines =
	    find("See you tomorrow\n\nat 5 pm", WRITTEN, "UTC");
	assert_int_equal(lines->len, 2);
	g_autoptr(GArray) sentences =
	    find("I wrote this today. Friday is fine.", WRITTEN, "UTC");
	assert_int_equal(sentences->len, 2);
}

/* The order of numbers follows the language of the text. */
static void test_order(void **state)
{
	static const struct {
		const char *text, *until;
	} rows[] = {
	    {"Please send it to me by 3/4 and call", "2027-03-04T23:59:59Z"},
	    {"Merci de nous le faire parvenir avant le 3/4 svp",
		"2027-04-02T23:59:59Z"},
	    {"Por favor responda a la carta el 3/4 sin falta",
		"2027-04-03T23:59:59Z"},
	    {"Bitte schicken Sie mir das bis zum 3/4 zu",
		"2027-04-03T23:59:59Z"},
	};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GArray) found = find(rows[i].text, WRITTEN, "UTC");
		assert_int_equal(found->len, 1);
		const When *when = &g_array_index(found, When, 0);
		g_autofree char *at = times_rfc3339(when->at_s);
		assert_string_equal(at, rows[i].until);
		assert_true(when->ambiguous);
	}
}

/* Texts made of nothing but what the search stops at. */
static void test_hostile(void **state)
{
	static const char *const units[] = {"5 ", "by ", "tomorrow ", "1/2/",
	    "by the end of the ", "am ", "12:", "within 2 ", "\xff\xc3 5pm",
	    "p.", "a.m.", "d'", "may 3 ", "\n", "halb ", "999999999999 "};
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		while (text->len < 2 * LIMIT_WHEN_BYTES) {
			g_string_append(text, units[i]);
		}
		g_autoptr(GArray) found = when_find(
		    text->str, text->len, at_of(WRITTEN), "UTC", LIMIT_WHENS);
		assert_true(found->len <= LIMIT_WHENS);
	}
	g_autoptr(GArray) nothing = when_find("", 0, 0, NULL, 5);
	assert_int_equal(nothing->len, 0);
	g_autoptr(GArray) zeros = when_find("by\0Friday\0", 10, 0, NULL, 5);
	assert_true(zeros->len <= 1);
}

/* Words are folded as the search folds text, and no word has more senses than
 * are kept. */
static void test_words(void **state)
{
	static const WhenWord *const tables[] = {
	    when_english, when_german, when_french, when_spanish};
	g_autoptr(GHashTable) senses =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
		for (const WhenWord *w = tables[i]; w->words != NULL; w++) {
			char *first =
			    g_strndup(w->words, strcspn(w->words, " "));
			guint n = GPOINTER_TO_UINT(
			    g_hash_table_lookup(senses, first));
			assert_true(strlen(first) < TOKEN_WORD_BYTES);
			assert_true(n < WHEN_SENSES);
			for (const char *c = w->words; *c != '\0'; c++) {
				assert_true(g_ascii_islower(*c) || *c == ' ');
			}
			g_hash_table_replace(
			    senses, first, GUINT_TO_POINTER(n + 1));
		}
	}
}

static void test_text(void **state)
{
	(void)state;
	g_autofree char *berlin =
	    when_text(at_of("2026-11-28T11:00:00Z"), "Europe/Berlin");
	assert_string_equal(berlin, "Sat 28 Nov 12:00");
	g_autofree char *utc = when_text(at_of("2027-01-01T00:05:00Z"), NULL);
	assert_string_equal(utc, "Fri 1 Jan 00:05");
	g_autofree char *never = when_text(G_MAXINT64 / 2, NULL);
	assert_string_equal(never, "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_english),
	    cmocka_unit_test(test_german),
	    cmocka_unit_test(test_french),
	    cmocka_unit_test(test_spanish),
	    cmocka_unit_test(test_days),
	    cmocka_unit_test(test_spellings),
	    cmocka_unit_test(test_several),
	    cmocka_unit_test(test_apart),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
