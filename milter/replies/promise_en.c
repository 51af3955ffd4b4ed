/* Promises in English. */
#include "replies/promise.h"

#define WE                                                                   \
	"(i|we|(our|my) (\\w+ ){0,2}\\w+|(someone|somebody|a colleague|one " \
	"of "                                                                \
	"(us|our \\w+)|a member of (our|the) \\w+)( (from|of|in) "           \
	"(our|my|the) "                                                      \
	"\\w+)?)"
#define WILL                                                          \
	"(will|ll|shall|(am|are|is|m|re) going to|promise( you)? to|" \
	"commit to|undertake to|guarantee to)"
#define SURELY                                                            \
	"( (also|then|personally|certainly|definitely|gladly|happily|of " \
	"course|immediately|directly|both|now|therefore|surely|simply|"   \
	"first|be sure to|make sure to|make sure that we|all|again|soon|" \
	"either|in turn|of course|when\\d))*"
#define DO                                                                  \
	"(call|ring|phone|telephone|contact|reach|get (back|in touch|hold|" \
	"you|it|this|that|the|your|an?|our|these|those|someone)|come back|" \
	"reply|respond|answer|write|e ?mail|mail|message|text|send|"        \
	"forward|provide|give|deliver|let you|tell|inform|update|report|"   \
	"confirm|follow|share|return|refund|pay|credit|reimburse|transfer|" \
	"ship|dispatch|replace|repair|fix|resolve|solve|correct|remove|"    \
	"delete|finish|complete|process|arrange|schedule|investigate|"      \
	"check|look into|review|clarify|find|make|ensure|issue|prepare|"    \
	"publish|sort|handle|deal|take care|settle|post|upload|sign|"       \
	"decide|have (?!(to|until|a look|no|when\\d)\\b)|submit|notify|"    \
	"revert|keep you|escalate|do (it|this|that|so)|bring|install|"      \
	"explain|propose|present|ask (\\w+ ){1,3}to|be (in touch|back to|"  \
	"back with|with you|sent|calling|sending|getting|contacting|"       \
	"writing|replying|forwarding|shipping|returning|done|ready|fixed|"  \
	"following)|reach you|arrive|drop you)\\b"

const PromiseWords promise_english = {
    .promises =
	"\\b" WE " " WILL SURELY " " DO "|^(so )?(will|shall)" SURELY " " DO
	"|\\b(i|we) (call|phone|ring|contact|get back to|come back to|reply "
	"to|answer|send) you\\b"
	"|\\b(i m|i am|we re|we are) (also |just |then )?(calling|sending|"
	"getting back|coming back|writing|forwarding|replying|returning|"
	"reporting back|shipping|refunding|contacting) "
	"|\\blet (me|us) (call|get back|come back|check|find out|confirm|send|"
	"reply|respond|look into)\\b"
	"|\\byou (will|ll|shall|are going to) (then |also )?(hear|receive|get|"
	"have (?!(to|until|only|no|a chance|time|when\\d)\\b)|be "
	"(contacted|called|informed|refunded|notified|paid))\\b"
	"|\\b(you can |you may |you should |please )?expect (to hear|our|my|a "
	"(call|reply|response|refund|decision|message)|an (answer|update|e ?"
	"mail))\\b"
	"|\\b(i|we)( (am|are|have)|m|re|ve)? [^,]{0,80} and will" SURELY " " DO
	"|\\b(i|we) promise\\b",
    .spoils =
	"\\b(not|never|won t|don t|didn t|can t|cannot|couldn t|unable|hardly|"
	"hope|hoping|try|trying|aim|maybe|perhaps|might|possibly|wish|would|"
	"could|instead of)\\b"
	"|(?<!know )(?<!know when\\d )(?<!see )(?<!check )(?<!out )(?<!ask "
	")(?<!as )"
	"\\b(if|unless|provided that|assuming|in case|should you|once (we|you|"
	"i|it|the|your|they)|as soon as)\\b"
	"|(?<!as )(?<!as i )(?<!as we )\\b(said|told|wrote|promised|claimed|"
	"thought|assumed|asked|heard|supposed|was|were|had)\\b"
	"|\\b(i|we) (also |do |really )?expect\\b",
};
