# Tests: programs in C, scripts in Python, tables of command lines; all print TAP. A test stands in the
# folder of the room it is about, tests/lib/ has what they share, tests/suite/ what is about all.
unit_tests = \
	tests/aws/test_endpoint \
	tests/aws/test_streamurl \
	tests/calls/test_progress \
	tests/check/test_checkjudge \
	tests/check/test_checklist \
	tests/check/test_checkreport \
	tests/check/test_promtext \
	tests/check/test_threshold \
	tests/cli/test_cli \
	tests/cli/test_errordocument \
	tests/cli/test_input \
	tests/config/test_inih \
	tests/config/test_profiles \
	tests/config/test_settings \
	tests/config/test_settings_values \
	tests/config/test_sharedini \
	tests/console/test_eot \
	tests/console/test_escape \
	tests/console/test_input \
	tests/console/test_row \
	tests/console/test_screen \
	tests/core/test_ascii \
	tests/core/test_atomicfile \
	tests/core/test_bytes \
	tests/core/test_err \
	tests/core/test_iso8601 \
	tests/core/test_shellwords \
	tests/core/test_url \
	tests/credentials/test_container_url \
	tests/http/test_chunks \
	tests/http/test_date \
	tests/http/test_head \
	tests/http/test_proxy \
	tests/jmespath/test_jmespath \
	tests/json/test_json \
	tests/json/test_jsonscan \
	tests/json/test_value \
	tests/plugin/test_texts \
	tests/ports/test_address \
	tests/ports/test_forward \
	tests/ports/test_listen \
	tests/ports/test_mux \
	tests/ports/test_mux_limits \
	tests/ports/test_mux_memory \
	tests/ports/test_mux_play \
	tests/ports/test_peer \
	tests/ports/test_pieces \
	tests/process/test_child \
	tests/process/test_loop \
	tests/process/test_loop_watch \
	tests/process/test_network \
	tests/process/test_process \
	tests/process/test_signals \
	tests/process/test_terminal \
	tests/process/test_wakeup \
	tests/retry/test_retry \
	tests/retry/test_sendrate \
	tests/role/test_role_cache \
	tests/role/test_sts \
	tests/role/test_xmltext \
	tests/sandbox/test_agent \
	tests/sandbox/test_agent_command \
	tests/sandbox/test_agent_key \
	tests/sandbox/test_agent_port \
	tests/sandbox/test_faults \
	tests/service/test_answer \
	tests/service/test_signatureage \
	tests/session/test_address \
	tests/session/test_contest \
	tests/session/test_datakey \
	tests/session/test_document \
	tests/session/test_hush \
	tests/session/test_liveness \
	tests/session/test_recovery \
	tests/session/test_schedule \
	tests/sign/test_signer \
	tests/sign/test_sigv4 \
	tests/sso/test_ssotoken \
	tests/stream/simulation \
	tests/stream/test_adoption \
	tests/stream/test_channel \
	tests/stream/test_cipher \
	tests/stream/test_encryption \
	tests/stream/test_endings \
	tests/stream/test_frame \
	tests/stream/test_handshake \
	tests/stream/test_message \
	tests/stream/test_repeats \
	tests/stream/test_silence \
	tests/stream/test_smux \
	tests/stream/test_upgrade
probes = \
	tests/config/dump_profiles \
	tests/config/dump_settings \
	tests/credentials/provider_probe \
	tests/jmespath/jmespath_probe \
	tests/json/json_echo \
	tests/request/shorthand_probe \
	tests/retry/adaptiverate_probe \
	tests/sandbox/verify_request \
	tests/service/aws_client_probe \
	tests/session/connection_probe \
	tests/session/upgrade_request_probe \
	tests/session/ws_echo
# The dearest, dearest first: they are begun first, so that none of them runs on alone at the end.
long_tests = \
	tests/suite/alloc_faults.py \
	tests/resume/drop_in.py \
	tests/pages/describe_sessions.py \
	tests/credentials/credentials_output.py \
	tests/format/format_oracle.py \
	tests/sandbox/sandbox_clients.py \
	tests/suite/bench.py \
	tests/suite/canary.py
python_tests = \
	tests/aws/endpoint_oracle.py \
	tests/calls/concurrency.py \
	tests/calls/packet_loss.py \
	tests/calls/ssm_call.py \
	tests/calls/ssm_call_faults.py \
	tests/calls/ssm_call_field.py \
	tests/calls/ssm_call_names.py \
	tests/calls/ssm_call_net.py \
	tests/calls/ssm_call_proxies.py \
	tests/calls/ssm_call_tls.py \
	tests/check/ssm_check.py \
	tests/cli/call_options.py \
	tests/cli/completions.py \
	tests/config/profiles_oracle.py \
	tests/config/settings_oracle.py \
	tests/credentials/credentials_chain.py \
	tests/credentials/credentials_field.py \
	tests/credentials/providers_local.py \
	tests/credentials/region.py \
	tests/format/jq_growth.py \
	tests/jmespath/jmespath_oracle.py \
	tests/json/json_oracle.py \
	tests/pages/mine.py \
	tests/plugin/plugin_aws.py \
	tests/plugin/plugin_aws_cuts.py \
	tests/plugin/plugin_ports.py \
	tests/plugin/plugin_sessions.py \
	tests/request/cli_oracle.py \
	tests/request/parameter_oracle.py \
	tests/resume/resume_session.py \
	tests/resume/resume_session_aws.py \
	tests/resume/resume_session_batch.py \
	tests/resume/resume_session_clock.py \
	tests/retry/adaptiverate_oracle.py \
	tests/role/roles.py \
	tests/role/roles_cache.py \
	tests/sandbox/data_channel.py \
	tests/sandbox/ecs.py \
	tests/sandbox/fault_answers.py \
	tests/sandbox/faults.py \
	tests/sandbox/kms.py \
	tests/sandbox/many_sessions.py \
	tests/sandbox/ports.py \
	tests/service/aws_client.py \
	tests/session/connection.py \
	tests/session/kms_canary.py \
	tests/session/kms_sessions.py \
	tests/session/outage_cuts.py \
	tests/session/outage_ends.py \
	tests/session/outage_names.py \
	tests/session/outage_service.py \
	tests/session/ports_bytes.py \
	tests/session/ports_ends.py \
	tests/session/ports_many.py \
	tests/session/ports_node.py \
	tests/session/ssm_stream_adopt.py \
	tests/session/ssm_stream_ahead.py \
	tests/session/ssm_stream_network.py \
	tests/session/ssm_stream_outage.py \
	tests/session/ssm_stream_terminal.py \
	tests/session/upgrade_request.py \
	tests/sign/sign_keys.py \
	tests/sign/sigv4_oracle.py \
	tests/sso/login.py \
	tests/sso/sso.py \
	tests/sso/sso_cache.py \
	tests/start/come_back.py \
	tests/start/drop_in_start.py \
	tests/start/forward.py \
	tests/start/port_sessions.py \
	tests/start/quoting.py \
	tests/start/ssh_over.py \
	tests/start/ssh_page.py \
	tests/start/start_session.py \
	tests/start/start_session_aws.py \
	tests/start/start_session_real.py \
	tests/stream/emulator_canary.py \
	tests/stream/emulator_cuts.py \
	tests/stream/emulator_hostile.py \
	tests/stream/emulator_self.py \
	tests/stream/emulator_sessions.py \
	tests/stream/emulator_silence.py \
	tests/stream/emulator_terminal.py \
	tests/suite/empty_values.py \
	tests/suite/layers.py \
	tests/suite/links.py \
	tests/suite/man.py \
	tests/suite/packaging.py \
	tests/suite/parallel.py \
	tests/suite/readme.py \
	tests/suite/start.py \
	tests/suite/table_format.py
table_tests = \
	tests/aws/field.table \
	tests/aws/ssm-parse-url.table \
	tests/calls/field.table \
	tests/calls/ssm-call.table \
	tests/check/field.table \
	tests/check/ssm-check.table \
	tests/cli/complete.table \
	tests/credentials/field.table \
	tests/credentials/ssm-credentials.table \
	tests/format/field.table \
	tests/format/ssm-format.table \
	tests/pages/ssm-describe-sessions.table \
	tests/plugin/session-manager-plugin.table \
	tests/request/field.table \
	tests/request/operations.table \
	tests/request/ssm-request.table \
	tests/resume/field.table \
	tests/resume/ssm-resume-session.table \
	tests/sandbox/field.table \
	tests/sandbox/ssm-sandbox.table \
	tests/session/ssm-stream.table \
	tests/sign/field.table \
	tests/sign/ssm-sign.table \
	tests/start/ssm-start-session.table
structure_tests = \
	tests/suite/layers.py \
	tests/suite/man.py \
	tests/suite/packaging.py \
	tests/suite/table_format.py
# Under sanitizers they find nothing that others do not: they read texts, or spend their time in other people's programs.
unsanitized_tests = \
	tests/cli/completions.py \
	tests/resume/drop_in.py \
	tests/start/drop_in_start.py \
	tests/suite/bench.py \
	tests/suite/layers.py \
	tests/suite/links.py \
	tests/suite/man.py \
	tests/suite/packaging.py \
	tests/suite/table_format.py
fuzz_targets = \
	tests/fuzz/aws_credentials \
	tests/fuzz/aws_request \
	tests/fuzz/aws_streamurl \
	tests/fuzz/aws_timestamp \
	tests/fuzz/cli_errordocument \
	tests/fuzz/cli_ids \
	tests/fuzz/cli_input \
	tests/fuzz/config_profiles \
	tests/fuzz/config_sharedini \
	tests/fuzz/core_iso8601 \
	tests/fuzz/core_url \
	tests/fuzz/core_words \
	tests/fuzz/format_value \
	tests/fuzz/http_chunks \
	tests/fuzz/http_date \
	tests/fuzz/http_head \
	tests/fuzz/http_proxy \
	tests/fuzz/http_response \
	tests/fuzz/jmespath_search \
	tests/fuzz/json_json \
	tests/fuzz/json_scan \
	tests/fuzz/json_value \
	tests/fuzz/ports_mux \
	tests/fuzz/request_shorthand \
	tests/fuzz/request_yamltext \
	tests/fuzz/retry_sendrate \
	tests/fuzz/role_sts \
	tests/fuzz/role_xmltext \
	tests/fuzz/sandbox_faults \
	tests/fuzz/sandbox_http \
	tests/fuzz/sandbox_sigv4 \
	tests/fuzz/service_answer \
	tests/fuzz/sso_loginsession \
	tests/fuzz/sso_token \
	tests/fuzz/stream_channel \
	tests/fuzz/stream_encrypted \
	tests/fuzz/stream_frame \
	tests/fuzz/stream_handshake \
	tests/fuzz/stream_message \
	tests/fuzz/stream_upgrade
test_helpers = \
	tests/calls/call_cases.py \
	tests/lib/aws_cli.py \
	tests/lib/aws_cli_process.py \
	tests/lib/certificates.py \
	tests/lib/clock.py \
	tests/lib/datachannel.py \
	tests/lib/datachannel_client.py \
	tests/lib/datachannel_host.py \
	tests/lib/datachannel_message.py \
	tests/lib/datachannel_programs.py \
	tests/lib/datachannel_session.py \
	tests/lib/fake_aws.py \
	tests/lib/fault_server.py \
	tests/lib/find_botocore.py \
	tests/lib/fuzz_run.py \
	tests/lib/hostile_service.py \
	tests/lib/json_lines.py \
	tests/lib/netns.py \
	tests/lib/port_running.py \
	tests/lib/provider_home.py \
	tests/lib/resume_stages.py \
	tests/lib/rivals.py \
	tests/lib/sandbox_running.py \
	tests/lib/sigv4_judge.py \
	tests/lib/sshd.py \
	tests/lib/stream_running.py \
	tests/lib/table.py \
	tests/lib/tap.py \
	tests/lib/tcp_gate.py \
	tests/lib/terminal_screen.py \
	tests/lib/typist.py \
	tests/lib/websocket_server.py \
	tests/lib/ws_server.py \
	tests/plugin/aws_checks.py \
	tests/plugin/plugin_world.py \
	tests/resume/drop_in_cases.py \
	tests/role/role_world.py \
	tests/sandbox/boto_clients.py \
	tests/sandbox/channel_client.py \
	tests/sandbox/kms_client.py \
	tests/sandbox/smux_client.py \
	tests/session/busy_shell.py \
	tests/session/far_sandbox.py \
	tests/session/outage_world.py \
	tests/session/wire.py \
	tests/sign/sigv4_requests.py \
	tests/sso/sso_cases.py \
	tests/start/ssh_world.py \
	tests/start/start_world.py \
	tests/stream/hostile_cases.py

check_PROGRAMS += $(unit_tests) $(probes)
EXTRA_PROGRAMS = $(fuzz_targets)
TESTS = $(long_tests) $(unit_tests) $(python_tests) $(table_tests)
EXTRA_DIST += $(long_tests) $(python_tests) $(table_tests) $(test_helpers) $(preloads:.so=.c) tests/lib/channelplay.h \
	tests/totals tests/fuzz/corpus tests/lib/recordlist.h tests/lib/curlurl.h

# What is not listed is made of one file; of libraries it gets what it uses.
AM_DEFAULT_SOURCE_EXT = .c
check_LIBRARIES = tests/lib/libtap.a
tests_lib_libtap_a_SOURCES = tests/lib/fuzz.c tests/lib/fuzz.h tests/lib/tap.c tests/lib/tap.h
tests_config_test_settings_SOURCES = tests/config/test_settings.c tests/config/settings_of.c \
	tests/config/settings_of.h
tests_config_test_settings_values_SOURCES = tests/config/test_settings_values.c \
	tests/config/settings_of.c tests/config/settings_of.h
tests_fuzz_ports_mux_SOURCES = tests/fuzz/ports_mux.c common/ports/mux.c common/ports/pieces.c
tests_fuzz_ports_mux_CPPFLAGS = $(AM_CPPFLAGS) -DMUX_STREAMS_MAX=16 -DMUX_WAITING_MAX=2048
tests_fuzz_stream_channel_SOURCES = tests/fuzz/stream_channel.c tests/stream/sumdigest.c
tests_fuzz_stream_encrypted_SOURCES = tests/fuzz/stream_encrypted.c tests/stream/sumdigest.c
tests_ports_test_mux_SOURCES = tests/ports/test_mux.c tests/ports/muxlog.c tests/ports/muxlog.h
tests_ports_test_mux_limits_SOURCES = tests/ports/test_mux_limits.c tests/ports/muxlog.c tests/ports/muxlog.h
tests_ports_test_mux_memory_SOURCES = tests/ports/test_mux_memory.c tests/ports/muxlog.c tests/ports/muxlog.h
tests_ports_test_mux_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc
tests_process_test_child_SOURCES = tests/process/test_child.c tests/process/script.c tests/process/script.h
tests_process_test_loop_SOURCES = tests/process/test_loop.c tests/process/world.c tests/process/world.h
tests_process_test_loop_watch_SOURCES = tests/process/test_loop_watch.c tests/process/world.c tests/process/world.h
tests_process_test_process_SOURCES = tests/process/test_process.c tests/process/script.c tests/process/script.h
tests_session_test_datakey_SOURCES = tests/session/test_datakey.c tests/stream/peer.c tests/stream/peer.h
tests_stream_simulation_SOURCES = tests/stream/simulation.c tests/stream/simulated/carriage.c \
	tests/stream/simulated/carriage.h tests/stream/simulated/dice.h tests/stream/simulated/flow.c \
	tests/stream/simulated/flow.h tests/stream/simulated/judge.c tests/stream/simulated/judge.h \
	tests/stream/simulated/ledger.c tests/stream/simulated/ledger.h tests/stream/simulated/lifeline.c \
	tests/stream/simulated/lifeline.h tests/stream/simulated/plan.c tests/stream/simulated/plan.h \
	tests/stream/simulated/promise.c tests/stream/simulated/promise.h tests/stream/simulated/service.c \
	tests/stream/simulated/service.h tests/stream/simulated/sides.c tests/stream/simulated/sides.h \
	tests/stream/simulated/world.c tests/stream/simulated/world.h tests/stream/simulated/world_agent.c \
	tests/stream/simulated/world_client.c
tests_stream_test_adoption_SOURCES = tests/stream/test_adoption.c tests/stream/peer.c tests/stream/peer.h
tests_stream_test_channel_SOURCES = tests/stream/test_channel.c tests/stream/peer.c tests/stream/peer.h
tests_stream_test_encryption_SOURCES = tests/stream/test_encryption.c tests/stream/peer.c tests/stream/peer.h
tests_stream_test_endings_SOURCES = tests/stream/test_endings.c tests/stream/peer.c tests/stream/peer.h
tests_stream_test_handshake_SOURCES = tests/stream/test_handshake.c tests/stream/peer.c tests/stream/peer.h
tests_stream_test_repeats_SOURCES = tests/stream/test_repeats.c tests/stream/peer.c tests/stream/peer.h
tests_stream_test_silence_SOURCES = tests/stream/test_silence.c tests/stream/peer.c tests/stream/peer.h
tests_sandbox_test_agent_SOURCES = tests/sandbox/test_agent.c tests/sandbox/agent_node.c tests/sandbox/agent_node.h
tests_sandbox_test_agent_command_SOURCES = tests/sandbox/test_agent_command.c tests/sandbox/agent_node.c \
	tests/sandbox/agent_node.h
tests_sandbox_test_agent_key_SOURCES = tests/sandbox/test_agent_key.c tests/sandbox/agent_node.c \
	tests/sandbox/agent_node.h
tests_sandbox_test_agent_port_SOURCES = tests/sandbox/test_agent_port.c tests/sandbox/agent_node.c \
	tests/sandbox/agent_node.h
if SCRUB
unit_tests += tests/core/test_scrub
tests_core_test_scrub_SOURCES = tests/core/test_scrub.c common/core/scrub.c
endif

# Preloads, not programs: no automake rule makes one without libtool.
preloads = tests/preload/earlystart.so tests/preload/failmalloc.so tests/preload/lostname.so tests/preload/setclock.so \
	tests/preload/shywrite.so
check_DATA = $(preloads)
$(preloads): tests/preload/%.so: $(srcdir)/tests/preload/%.c
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(CC) -shared -fPIC -O2 -o $@ $< -lgcc_s

AM_TESTS_ENVIRONMENT = BUILD_DIR='$(abs_builddir)'; SRC_DIR='$(abs_srcdir)'; CC='$(CC)'; \
	SANITIZERS='@enable_sanitizers@'; PYTHONDONTWRITEBYTECODE=1; SHELL=/bin/sh; \
	AWS_EC2_METADATA_DISABLED=true; \
	PYTHONPATH='$(abs_srcdir)/tests/lib'; \
	export PYTHONPATH BUILD_DIR SRC_DIR CC SANITIZERS PYTHONDONTWRITEBYTECODE SHELL AWS_EC2_METADATA_DISABLED;
TEST_EXTENSIONS = .py .table
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(tap_driver)
PY_LOG_DRIVER = $(tap_driver)
PY_LOG_COMPILER = $(PYTHON)
TABLE_LOG_DRIVER = $(tap_driver)
TABLE_LOG_COMPILER = $(PYTHON) $(srcdir)/tests/lib/table.py

check-programs: $(check_PROGRAMS)

# In a build directory configured with --enable-sanitizers.
check-sanitized: all
	$(MAKE) $(AM_MAKEFLAGS) check \
		TESTS='$(filter-out $(unsanitized_tests), $(long_tests) $(unit_tests) $(python_tests) $(table_tests))'

# In a build directory configured with --disable-scrub. Tables named field hold what others asked of the same code.
check-valgrind: all check-programs
	SIMULATION_SEEDS=100 $(MAKE) $(AM_MAKEFLAGS) check TESTS='$(unit_tests) $(filter-out %/field.table, $(table_tests))' \
		LOG_COMPILER='valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite' \
		TABLE_LOG_FLAGS=--valgrind

# What needs neither botocore nor the AWS CLI nor networks of its own, in parallel: seconds. Packages are built
# with it.
check-quick: all
	jobs=-j$$(nproc); case "$$MAKEFLAGS" in *jobserver*) jobs= ;; esac; \
	$(MAKE) $(AM_MAKEFLAGS) $$jobs check TABLE_LOG_FLAGS=--quick TESTS='$(structure_tests) $(table_tests) $(unit_tests)'

# The whole of what make check has a part of only.
NETWORK_SECONDS = 300
check-network: all
	PACKET_LOSS_DOCUMENTS=1000 NETWORK_SECONDS=$(NETWORK_SECONDS) $(MAKE) $(AM_MAKEFLAGS) check \
		TESTS='tests/calls/packet_loss.py tests/session/ssm_stream_network.py'

# Sessions in a row, on one sandbox that is to have nothing left of them: half an hour on two slow cores. And one that is
# cut so often in each way, or prints so many lines where messages are lost: ten minutes. And a forwarded port: all lengths,
# so many megabytes each way, and so many bytes over each of the connections whose session is cut. And git and
# rsync through ssh.
SESSIONS = 10000
CUTS = 1000
LINES = 100000
MEGABYTES = 1024
STREAM_BYTES = 6000
SSH_MEGABYTES = 200
check-long: all
	MANY_SESSIONS=$(SESSIONS) OUTAGE_CUTS=$(CUTS) OUTAGE_LINES=$(LINES) OUTAGE_FAR_LINES=60000 \
		SSH_OVER_MEGABYTES=$(SSH_MEGABYTES) $(MAKE) $(AM_MAKEFLAGS) check \
		TESTS='tests/sandbox/many_sessions.py tests/session/outage_cuts.py tests/start/ssh_over.py'
	PORTS_LENGTHS=all PORTS_MEGABYTES=$(MEGABYTES) PORTS_STREAM_BYTES=$(STREAM_BYTES) $(MAKE) $(AM_MAKEFLAGS) check \
		TESTS=tests/session/ports_bytes.py

# All of the cases in which ssm-resume-session stands in for the AWS CLI.
check-drop-in: all
	DROP_IN=all $(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/resume/drop_in.py

# Allocations that fail, with those of one way that make check has twice only; and more that is drawn by chance.
check-thorough: all
	$(MAKE) $(AM_MAKEFLAGS) check ALLOC_FAULTS=all PAIRS=4000 COUNT=500 \
		TESTS='tests/suite/alloc_faults.py tests/config/profiles_oracle.py tests/config/settings_oracle.py'

# Simulated sessions of the data channel: more of them than make check has, from another seed on.
SEEDS = 100000
FIRST_SEED = 1
check-simulation: tests/stream/simulation
	SIMULATION_SEEDS=$(SEEDS) SIMULATION_FIRST=$(FIRST_SEED) tests/stream/simulation

# Each fuzz target for some seconds, or until it has had RUNS inputs, built by clang (with libclang-rt) in a directory of
# its own. Some alone: fuzz_targets=tests/fuzz/stream_channel. What else clang is told the first time: FUZZ_CFLAGS=...
SECONDS = 60
RUNS = -1
check-fuzz:
	$(MKDIR_P) fuzz
	test -e fuzz/Makefile || { cd fuzz && $(abs_srcdir)/configure -q CC=clang --enable-werror --enable-sanitizers \
		CFLAGS='-g -O2 -fsanitize=fuzzer-no-link $(FUZZ_CFLAGS)'; }
	cd fuzz && $(MAKE) $(AM_MAKEFLAGS) Makefile && $(MAKE) $(AM_MAKEFLAGS) LDFLAGS=-fsanitize=fuzzer $(fuzz_targets)
	RUNS=$(RUNS) $(PYTHON) $(srcdir)/tests/lib/fuzz_run.py $(SECONDS) fuzz $(fuzz_targets:%=fuzz/%)

clean-local:
	rm -rf fuzz
