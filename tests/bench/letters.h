/*
 * What letters to the top are made of; each body is another choice of the
 * sentences.
 */
#ifndef BENCH_LETTERS_H
#define BENCH_LETTERS_H

#include <stdio.h>
#include <stdlib.h>

static const char *const letter_sentences[] = {
    "Dear Ms Doe, I hope that this letter finds you well.",
    "I have been a customer of your shop in Leeds for eleven years.",
    "Last Thursday the driver left our parcel in the rain, again.",
    "My wife called twice and each time somebody else took notes.",
    "Nobody could tell us when the kitchen would be delivered.",
    "The young man at the counter was polite, but he had no idea.",
    "We bought the large model because your catalogue praised it.",
    "The second invoice shows an amount that I can't explain.",
    "Our account number is printed at the top of the enclosed form.",
    "I would be glad to hear what you intend to do about it.",
    "The technician came on Monday and found nothing wrong with it.",
    "Since the update the screen stays dark for about a minute.",
    "My mother is eighty and doesn't use a computer at all.",
    "It would help if the form asked for the house number first.",
    "Your colleague in Hamburg promised to look into the matter.",
    "I enclose copies of the letters that we exchanged in spring.",
    "The replacement works, although the colour isn't what we chose.",
    "Two weeks later the same thing happened to my neighbour.",
    "I realise that you are busy and that this is a small thing.",
    "Still, I wanted you to know how it looks from where we stand.",
    "The instructions in the box are for a different machine.",
    "On your website the opening hours of the branch are wrong.",
    "We drove forty miles only to stand before a closed door.",
    "Perhaps a note at the entrance would have been enough.",
    "The staff at the help line read the same answer to me twice.",
    "A reference number was given, but it leads nowhere.",
    "I run a small bakery and depend on the oven you sold us.",
    "Without it we lose about three hundred pounds each day.",
    "Your engineers did a fine job when the first one was fitted.",
    "What has changed since then, I can only guess.",
    "My daughter suggested that I write to you directly.",
    "She read your interview in the paper and liked what you said.",
    "The contract says that maintenance is part of the price.",
    "According to the letter of the ninth we owe nothing more.",
    "Please let me know whom I should talk to in your company.",
    "You can reach me in the evening at the number below.",
    "We shall be travelling from the middle of next month.",
    "In the end it isn't about the money but about being heard.",
    "Many people in our street have the same complaint.",
    "With kind regards from a patient customer.",
};

/* How long letter NUMBER is: the tenths of what people write to a company's
 * top, by a sample of public complaints, questions and letters. */
static inline unsigned long letter_bytes(unsigned long number)
{
	static const unsigned long tenths[] = {
	    150, 210, 300, 400, 490, 630, 840, 1150, 1540, 3000};

	return tenths[number % (sizeof tenths / sizeof *tenths)];
}

/* NUMBER's choice of at least BYTES less one line: whole lines, the same on
 * every machine. NULL: no memory. The caller frees. */
static inline char *letter_body(unsigned long number, unsigned long bytes)
{
	char *body = malloc(bytes + 1);
	unsigned long at = 0, draw = number;

	while (body != NULL && at < bytes) {
		const char *sentence;
		int n;

		draw = (draw * 6364136223846793005UL + 1442695040888963407UL) &
		       0xffffffffffffffffUL;
		sentence = letter_sentences[(draw >> 33) %
					    (sizeof letter_sentences /
						sizeof *letter_sentences)];
		n = snprintf(body + at, bytes + 1 - at, "%s\r\n", sentence);
		at += (unsigned long)n;
	}
	return body;
}

#endif
