// Every command, one function and one .cpp each. command_tree() in all.cpp is the one list.
#pragma once

#include "cli/command.hpp"

namespace bot::cli {

const Tree& command_tree();

Command users_list();
Command users_get();
Command users_create();
Command users_ensure();
Command users_update();
Command users_delete();

Command tokens_list();
Command tokens_create();
Command tokens_revoke();

Command bots_start();
Command bots_list();
Command bots_status();
Command bots_config();
Command bots_stop();
Command bots_wait();
Command bots_watch();

Command meetings_list();
Command meetings_get();
Command meetings_update();
Command meetings_delete();
Command meetings_timeline();

Command transcripts_get();

Command webhook_get();
Command webhook_set();
Command webhook_clear();
Command webhook_deliveries();

Command audit_list();

Command jobs_create();
Command jobs_import();
Command jobs_list();
Command jobs_get();
Command jobs_watch();
Command jobs_cancel();
Command jobs_retry();
Command jobs_delete();
Command jobs_tokens();

Command accounts_list();
Command accounts_get();
Command accounts_disable();
Command accounts_enable();
Command accounts_export();

Command queue_stats();
Command queue_show();
Command queue_pause();
Command queue_resume();
Command queue_purge();
Command queue_history();

Command dlq_list();
Command dlq_show();
Command dlq_retry();
Command dlq_delete();
Command dlq_purge();
Command dlq_export();

Command workers_list();
Command workers_show();
Command workers_quiet();
Command workers_resume();
Command workers_stop();

Command smoke();
Command health();
Command status();
Command doctor();
Command version();
Command help_command();

Command generate();
Command complete();

}  // namespace bot::cli
