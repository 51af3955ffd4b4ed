$(eval $(call module,cases,act.c admit.c alarm.c answer.c backup.c bounce.c care.c case.c choose.c clocks.c \
	codec.c commit.c crc32c.c digest.c draft.c env.c fact.c facts.c forecast.c fsck.c holder.c incoming.c keys.c \
	mark.c merge.c notice.c outbox.c raise.c records.c returned.c shelf.c split.c spread.c state.c storm.c survey.c tally.c \
	template.c thread.c tick.c txn.c undo.c wake.c walk.c webhook.c writer.c,,-llmdb,\
	sla route score message conf base))
