# cmake -DPROGRAM=hotswap -DOUT=DIR -P …: what the program says of itself, as files.
file(MAKE_DIRECTORY ${OUT}/man)
execute_process(COMMAND ${PROGRAM} man --dir ${OUT}/man OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
foreach(shell bash zsh fish)
  execute_process(COMMAND ${PROGRAM} completion ${shell} OUTPUT_FILE ${OUT}/hotswap.${shell}
                  COMMAND_ERROR_IS_FATAL ANY)
endforeach()
